import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { CheckpointReport, CheckpointWorkerData } from './checkpointer.ts';

/**
 * Pages in the log from which copying is worth the flushes to disk, for which commits of that moment have to wait. At full speed they
 * come together within one interval or two.
 */
const worthCopying = 250;

/** A thread that copies pages from the write-ahead log into the file, see Checkpointer. */
const { path, everyMs } = workerData as CheckpointWorkerData;
const db = new Database(path, { fileMustExist: true, timeout: 0 });
/** Only looks. */
const look = db.prepare<[], { log: number; checkpointed: number }>('PRAGMA wal_checkpoint(NOOP)');
const checkpoint = db.prepare<[], { log: number }>('PRAGMA wal_checkpoint(PASSIVE)');

const copying = setInterval(() => {
  try {
    const seen = look.get();
    if (!seen || seen.log - seen.checkpointed < worthCopying) return;
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
