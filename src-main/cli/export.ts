import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { toError } from '../../src-shared/bridge-error.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { chunksOf, saveDownload } from '../runtime/copies.ts';
import type { SettingsInput } from '../settings/load.ts';
import { exitCode } from './exit-codes.ts';
import { untilInterrupted } from './interruption.ts';
import { bytesInWords } from './numbers.ts';
import { print, printWarnings } from './output.ts';
import { startProgress, type Progress } from './progress.ts';
import { findTarget } from './target.ts';
import type { TargetOptions } from './target-options.ts';

export interface ExportRequest {
  /** `-` for standard output. */
  file: string;
  /** Replace a file that is there. */
  force: boolean;
  /** None for all. */
  channels: readonly string[];
  since: string | undefined;
}

/** `claude-bridge export [FILE]`: messages and where consumers stand, as JSON Lines. */
export async function exportCommand(
  { file, force, channels, since }: ExportRequest,
  options: TargetOptions,
  { env, dataDirectory }: SettingsInput,
): Promise<number> {
  const target = findTarget(options, { env, dataDirectory });
  printWarnings(target.warnings);
  const client = new ApiClient(target);
  const progress = await startProgress('exported', bytesInWords);
  try {
    await untilInterrupted(async (signal) => {
      const begin = () => client.export({ channel: channels, since }, { signal });
      if (file === '-') await toStandardOutput(await begin(), progress);
      else {
        const path = resolve(file);
        const bytes = await saveDownload(path, {
          replace: force,
          signal,
          begin,
          onProgress: progress.update,
        });
        progress.stop();
        print(`${path} (${bytesInWords(bytes)})`);
      }
    });
    return exitCode('fine');
  } finally {
    progress.stop();
  }
}

async function toStandardOutput(response: Response, progress: Progress): Promise<void> {
  try {
    await pipeline(chunksOf(response, progress.update), process.stdout, { end: false });
  } catch (error) {
    // Whoever reads has seen enough, as `| head` has.
    if ((toError(error) as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
