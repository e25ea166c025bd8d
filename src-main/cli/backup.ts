import { resolve } from 'node:path';
import { copyDatabase, saveDownload } from '../runtime/copies.ts';
import { loadSettings, type SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { untilInterrupted } from './interruption.ts';
import { bytesInWords } from './numbers.ts';
import { print, printWarnings } from './output.ts';
import { patientClient } from './patient-client.ts';
import { startProgress, type Progress } from './progress.ts';
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
  const progress = await startProgress('copied', bytesInWords);
  try {
    const bytes = await untilInterrupted((signal) =>
      target
        ? download(target, { path, force, signal, progress })
        : copyHere(input, { path, force, signal, progress }),
    );
    progress.stop();
    print(`${path} (${bytesInWords(bytes)})`);
    return exitCode('fine');
  } finally {
    progress.stop();
  }
}

interface Copying {
  path: string;
  force: boolean;
  signal: AbortSignal;
  progress: Progress;
}

function targetIfAny(options: TargetOptions, { env, dataDirectory }: SettingsInput): Target | undefined {
  try {
    return findTarget(options, { env, dataDirectory });
  } catch (error) {
    if (error instanceof CommandFailure && error.outcome === 'unreachable') return undefined;
    throw error;
  }
}

async function download(target: Target, { path, force, signal, progress }: Copying): Promise<number> {
  const client = patientClient(target, patienceMs);
  return saveDownload(path, {
    ...{ replace: force, signal },
    begin: () => client.backup({ signal, patienceMs }),
    onProgress: progress.update,
  });
}

async function copyHere(input: SettingsInput, { path, force, signal, progress }: Copying): Promise<number> {
  const { settings } = await loadSettings(input);
  return copyDatabase(settings.db, path, {
    replace: force,
    signal,
    onProgress: ({ copied, total }) => progress.update(copied, total),
  });
}
