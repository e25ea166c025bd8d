import { createWriteStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import type { BackupOptions } from '../store/message-store.ts';
import { writeNewFile } from '../store/new-file.ts';
import { backupDatabase } from '../store/sqlite/backup.ts';
import { toCopyError } from '../store/sqlite/failure.ts';

/**
 * Copies a database file without a relay, also beside one.
 * @returns the size of the copy in bytes
 * @throws BridgeError `not_found`; what `backupDatabase` throws
 */
export async function copyDatabase(database: string, file: string, options: BackupOptions): Promise<number> {
  if (!existsSync(database)) throw new BridgeError('not_found', `there is no database ${database}`);
  return backupDatabase(database, file, options);
}

export interface Download {
  /** Replace a file that is there. */
  replace: boolean;
  signal: AbortSignal;
  /** Asks for it, once it is sure that there is a place for it. */
  begin: () => Promise<Response>;
  /** Told of the bytes that have come, and of how many if that is known. */
  onProgress: (done: number, total: number | undefined) => void;
}

/**
 * Keeps the body of a response as a file, which appears when it is complete and on disk.
 * @returns its size in bytes
 * @throws BridgeError `conflict`, `storage_*`, `unreachable` when the connection breaks off; what `begin` throws
 */
export async function saveDownload(file: string, download: Download): Promise<number> {
  const { replace, signal, begin, onProgress } = download;
  try {
    return await writeNewFile(file, { replace }, async (draft) => {
      const output = createWriteStream(draft);
      await pipeline(chunksOf(await begin(), onProgress), output);
      return output.bytesWritten;
    });
  } catch (error) {
    signal.throwIfAborted();
    throw toCopyError(file, error);
  }
}

/**
 * The body of a response as it comes.
 * @throws BridgeError `unreachable` when the connection breaks off
 */
export async function* chunksOf(
  response: Response,
  onProgress: Download['onProgress'],
): AsyncGenerator<Uint8Array> {
  const length = response.headers.get('Content-Length');
  const total = length === null ? undefined : Number(length);
  let done = 0;
  try {
    for await (const chunk of (response.body as ReadableStream<Uint8Array> | null) ?? []) {
      done += chunk.length;
      onProgress(done, total);
      yield chunk;
    }
  } catch (error) {
    throw new BridgeError('unreachable', `the download broke off: ${toError(error).message}`, {
      cause: error,
    });
  }
}
