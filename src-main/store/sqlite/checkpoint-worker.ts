import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CheckpointReport, CheckpointWorkerData } from './checkpointer.ts';

/** A thread that copies pages from the write-ahead log into the file, see Checkpointer. */
const { path, everyMs } = workerData as CheckpointWorkerData;
const db = new Database(path, { fileMustExist: true, timeout: 0 });
const checkpoint = db.prepare<[], { log: number }>('PRAGMA wal_checkpoint(PASSIVE)');

const copying = setInterval(() => {
  try {
    const result = checkpoint.get();
    if (!result) return;
    const report: CheckpointReport = { logged: result.log };
    parentPort?.postMessage(report);
  } catch (error) {
    // Busy means that the main connection is checkpointing itself; anything else is for the owner to know.
    if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error;
  }
}, everyMs);

// Asked to end: see stopWorker.
parentPort?.once('message', () => {
  clearInterval(copying);
  db.close();
});
