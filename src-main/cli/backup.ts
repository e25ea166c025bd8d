import { resolve } from 'node:path';
import { copyDatabase, saveDownload } from '../runtime/copies.ts';
import { loadSettings, type SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { untilInterrupted } from './interruption.ts';
import { bytesInWords } from './numbers.ts';
import { print, printWarnings } from './output.ts';
import { patientClient } from './patient-client.ts';
import { withProgress, type ProgressListener } from './progress.ts';
import { findTarget, type Target } from './target.ts';
import type { TargetOptions } from './target-options.ts';

/** How long a relay may be silent while it makes the copy and checks it, in ms. */
const patienceMs = 3_600_000;

export interface BackupRequest {
  file: string;
  /** Replace a file that is there. */
  force: boolean;
}

/**
 * `claude-bridge backup FILE`: a complete copy of the database. Through the relay that is given or runs here, else, or with
 * `--db`, from the file itself.
 */
export async function backupCommand(
  { file, force }: BackupRequest,
  options: TargetOptions,
  input: SettingsInput,
): Promise<number> {
  const path = resolve(file);
  const target = input.flags.db === undefined ? targetIfAny(options, input) : undefined;
  printWarnings(target?.warnings ?? []);
  const bytes = await untilInterrupted((signal) =>
    withProgress('copied', (onProgress) => {
      const copying = { path, replace: force, signal, onProgress };
      return target ? download(target, copying) : copyHere(input, copying);
    }),
  );
  print(`${path} (${bytesInWords(bytes)})`);
  return exitCode('fine');
}

interface Copying {
  path: string;
  replace: boolean;
  signal: AbortSignal;
  onProgress: ProgressListener;
}

function targetIfAny(options: TargetOptions, { env, dataDirectory }: SettingsInput): Target | undefined {
  try {
    return findTarget(options, { env, dataDirectory });
  } catch (error) {
    if (error instanceof CommandFailure && error.outcome === 'unreachable') return undefined;
    throw error;
  }
}

async function download(target: Target, { path, ...copying }: Copying): Promise<number> {
  const client = patientClient(target, patienceMs);
  const begin = () => client.backup({ signal: copying.signal, patienceMs });
  return saveDownload(path, { ...copying, begin });
}

async function copyHere(input: SettingsInput, { path, onProgress, ...copying }: Copying): Promise<number> {
  const { settings } = await loadSettings(input);
  return copyDatabase(settings.db, path, {
    ...copying,
    onProgress: ({ copied, total }) => onProgress(copied, total),
  });
}
