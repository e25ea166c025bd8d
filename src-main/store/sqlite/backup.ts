import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { BackupOptions } from '../message-store.ts';
import { writeNewFile } from '../new-file.ts';
import { toCopyError } from './failure.ts';
import { stopWorker } from './stop-worker.ts';
import { workerFile } from './worker-file.ts';

/** What the worker is asked to do. */
export interface BackupJob {
  source: string;
  /** An empty file that becomes the copy. */
  draft: string;
}

/** What it reports, sizes in bytes. */
export type BackupReport =
  | { kind: 'progress'; copied: number; total: number }
  | { kind: 'done' }
  | { kind: 'failed'; message: string; code: string | undefined };

/**
 * Copies a database as it is at this moment into a file of its own, which nobody else needs to stop for: a thread with a
 * connection of its own does it, because neither reading the last page nor forcing the copy to disk can be cut into steps that are
 * short enough for the event loop.
 * @returns the size of the copy in bytes
 * @throws BridgeError `conflict` where there is a file already, unless it may be replaced; `storage_*` with a sentence that
 *   names the file; the signal's reason when it is aborted
 */
export async function backupDatabase(
  source: string,
  file: string,
  { replace = false, signal, onProgress }: BackupOptions = {},
): Promise<number> {
  signal?.throwIfAborted();
  const path = resolve(file);
  try {
    return await writeNewFile(path, { replace }, async (draft) => {
      await copyInThread({ source, draft }, { signal, onProgress });
      return (await stat(draft)).size;
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw toCopyError(path, error);
  }
}

async function copyInThread(job: BackupJob, { signal, onProgress }: BackupOptions): Promise<void> {
  signal?.throwIfAborted();
  const worker = new Worker(workerFile('backup-worker'), { workerData: job });
  const outcome = new Promise<void>((resolve, reject) => {
    worker.on('message', (report: BackupReport) => {
      if (report.kind === 'progress') onProgress?.(report);
      else if (report.kind === 'done') resolve();
      else reject(toFailure(report));
    });
    worker.once('error', reject);
    // Comes last: what was reported before counts.
    worker.once('exit', () => reject(new Error('the thread that copied ended too early')));
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  try {
    await outcome;
  } finally {
    // Its connections are closed when it has ended, and the draft is nobody's.
    await stopWorker(worker);
  }
}

function toFailure({ message, code }: { message: string; code: string | undefined }): Error {
  return code === undefined ? new Error(message) : new Database.SqliteError(message, code);
}
