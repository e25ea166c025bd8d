import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { chunksOf, saveDownload } from '../runtime/copies.ts';
import { exitCode } from './exit-codes.ts';
import { bytesInWords } from './numbers.ts';
import { print } from './output.ts';
import { withProgress } from './progress.ts';
import type { Talk } from './talk.ts';

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
  { client, signal }: Talk,
): Promise<number> {
  const path = resolve(file);
  const bytes = await withProgress('exported', async (onProgress) => {
    const begin = () => client.export({ channel: channels, since }, { signal });
    if (file !== '-') return saveDownload(path, { replace: force, signal, begin, onProgress });
    await pipeline(chunksOf(await begin(), onProgress), process.stdout, { end: false });
    return undefined;
  });
  if (bytes !== undefined) print(`${path} (${bytesInWords(bytes)})`);
  return exitCode('fine');
}
