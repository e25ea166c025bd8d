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
const look = db.prepare<[], LogState>('PRAGMA wal_checkpoint(NOOP)');
const checkpoint = db.prepare<[], LogState>('PRAGMA wal_checkpoint(PASSIVE)');

/** Pages, also those that were written while others were copied. */
interface LogState {
  log: number;
  checkpointed: number;
}

/** A copy of much takes so long that as much may have been written meanwhile; a few rounds catch up. */
const mostRounds = 5;

let begun = false;
const copying = setInterval(() => {
  try {
    const hasCopied = copy();
    if (hasCopied || !begun) report();
    begun = true;
  } catch (error) {
    // Busy means that the main connection is checkpointing itself; anything else is for the owner to know.
    if (!(error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))) throw error;
  }
}, everyMs);

/** @returns whether there was anything worth copying */
function copy(): boolean {
  for (let round = 0; round < mostRounds; round++) {
    if (pagesLeft(look.get()) < worthCopying) return round > 0;
    checkpoint.get();
  }
  return true;
}

function report(): void {
  const state = look.get();
  const report: CheckpointReport = { logged: state?.log ?? 0, left: pagesLeft(state) };
  parentPort?.postMessage(report);
}

function pagesLeft(state: LogState | undefined): number {
  return state ? state.log - state.checkpointed : 0;
}

// Asked to end: see stopWorker.
parentPort?.once('message', () => {
  clearInterval(copying);
  db.close();
});
