import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { toError } from '../../../src-shared/bridge-error.ts';
import type { BackupJob, BackupReport } from './backup.ts';

/** A thread that copies a database and checks the copy, see backup.ts. */

/** Pages copied between two reports: a few milliseconds, after which the copying can be stopped. */
const pagesAtATime = 512;

/** How long another program may keep the file locked, in ms. */
const patience = 5_000;

const { source, draft } = workerData as BackupJob;

/** Asked to end, see stopWorker: copying ends with the next step, the look through the copy only by itself. */
let stopping = false;
parentPort?.once('message', () => (stopping = true));

function report(message: BackupReport): void {
  parentPort?.postMessage(message);
}

async function copy(): Promise<void> {
  const from = new Database(source, { fileMustExist: true, timeout: patience });
  try {
    // Reads from here on see one moment, whoever writes meanwhile. Without it each write of another connection would
    // make the copy begin anew.
    from.exec('BEGIN');
    const pageSize = from.pragma('page_size', { simple: true }) as number;
    from.prepare('SELECT count(*) FROM sqlite_schema').get();
    const tell = ({ totalPages, remainingPages }: Database.BackupMetadata) => {
      if (stopping) throw new Error('the copying was stopped');
      const copied = (totalPages - remainingPages) * pageSize;
      report({ kind: 'progress', copied, total: totalPages * pageSize });
      return pagesAtATime;
    };
    // The last step is not among its reports.
    tell(await from.backup(draft, { progress: tell }));
  } finally {
    from.close();
  }
}

/** Opens the copy as we would a database of ours, and has SQLite look through all of it. */
function check(): void {
  const copy = new Database(draft, { fileMustExist: true });
  try {
    if (!copy.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'messages'").get()) {
      throw new Error('it is no database of Claude Bridge');
    }
    const found = copy.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') throw new Database.SqliteError(String(found), 'SQLITE_CORRUPT');
  } finally {
    copy.close();
  }
}

try {
  await copy();
  check();
  report({ kind: 'done' });
} catch (error) {
  // An error that leaves the thread by itself would lose its class on the way.
  const { message } = toError(error);
  report({
    kind: 'failed',
    message,
    code: error instanceof Database.SqliteError ? error.code : undefined,
  });
}
// Nobody needs to listen any more, and the thread ends.
parentPort?.removeAllListeners('message').unref();
