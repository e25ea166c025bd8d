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
import { withProgress, type ProgressListener } from './progress.ts';
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
  const path = resolve(file);
  const bytes = await untilInterrupted((signal) =>
    withProgress('exported', async (onProgress) => {
      const begin = () => client.export({ channel: channels, since }, { signal });
      if (file !== '-') return saveDownload(path, { replace: force, signal, begin, onProgress });
      await toStandardOutput(await begin(), onProgress);
      return undefined;
    }),
  );
  if (bytes !== undefined) print(`${path} (${bytesInWords(bytes)})`);
  return exitCode('fine');
}

async function toStandardOutput(response: Response, onProgress: ProgressListener): Promise<void> {
  try {
    await pipeline(chunksOf(response, onProgress), process.stdout, { end: false });
  } catch (error) {
    // Whoever reads has seen enough, as `| head` has.
    if ((toError(error) as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}
