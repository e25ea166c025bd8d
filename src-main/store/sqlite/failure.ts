import Database from 'better-sqlite3';
import { BridgeError, type ErrorCode, toError } from '../../../src-shared/bridge-error.ts';

interface Failure {
  code: ErrorCode;
  says: string;
  /** Seconds. */
  retryAfter: number;
}

const busy: Failure = {
  code: 'storage_busy',
  says: 'the database is in use by another program',
  retryAfter: 1,
};
const full: Failure = { code: 'storage_full', says: 'the disk is full', retryAfter: 30 };
const damaged: Failure = { code: 'storage_corrupt', says: 'the database is damaged', retryAfter: 60 };
const readOnly: Failure = {
  code: 'storage_read_only',
  says: 'the database or its folder cannot be written',
  retryAfter: 30,
};

/**
 * What goes wrong with files, and what it means to a sender: SQLite's result codes (sqlite.org/rescode.html) by their
 * prefix, more special ones first, and those of the system.
 */
const failures: readonly (readonly [prefix: string, failure: Failure])[] = [
  ['SQLITE_BUSY', busy],
  ['SQLITE_LOCKED', busy],
  ['SQLITE_FULL', full],
  // The shared memory beside the file cannot grow.
  ['SQLITE_IOERR_SHMSIZE', full],
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['SQLITE_READONLY', readOnly],
  ['EACCES', readOnly],
  ['EPERM', readOnly],
  ['EROFS', readOnly],
  ['SQLITE_CORRUPT', damaged],
  ['SQLITE_IOERR_SHORT_READ', damaged],
  ['SQLITE_NOTADB', { ...damaged, says: 'the file is not a SQLite database' }],
];

/** Seconds after which a failure of unknown nature is worth another try. */
const otherRetryAfter = 5;

/** What is known about a failure, or undefined for one that is in no table. */
function failureOf(thrown: unknown): Failure | undefined {
  const { code } = thrown as { code?: unknown };
  if (typeof code !== 'string') return undefined;
  return failures.find(([prefix]) => code.startsWith(prefix))?.[1];
}

export function isBusy(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && failureOf(thrown) === busy;
}

/** What becomes of work that comes when the store is closed. */
export function shuttingDown(): BridgeError {
  return new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
}

/**
 * What SQLite threw, as the error a client gets. Faults that are ours (wrong SQL, wrong types) stay what they are and
 * end as an internal error.
 */
export function toStorageError(doing: 'read' | 'write', thrown: unknown): Error {
  if (thrown instanceof BridgeError) return thrown;
  if (!(thrown instanceof Database.SqliteError)) return toError(thrown);
  const failure = failureOf(thrown);
  const says = failure?.says ?? `the database could not be used (${thrown.code}: ${thrown.message})`;
  return new BridgeError(
    failure?.code ?? 'storage_failed',
    `not ${doing === 'read' ? 'read' : 'stored'}: ${says}`,
    { retryAfter: failure?.retryAfter ?? otherRetryAfter, cause: thrown },
  );
}

/** Why a database could not be opened, in one sentence that names the file. */
export function toOpenError(path: string, thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const failure = failureOf(thrown);
  return new BridgeError(
    failure?.code ?? 'storage_failed',
    `cannot open the database ${path}: ${failure?.says ?? toError(thrown).message}`,
    { cause: thrown },
  );
}

/** What stands in the way of a new file, where the sentences about the database would mislead. */
const copyFailures: Partial<Record<string, string>> = {
  storage_read_only: 'its folder cannot be written',
  ENOENT: 'its folder does not exist',
};

/** Why a copy could not be made, in one sentence that names it. */
export function toCopyError(path: string, thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const failure = failureOf(thrown);
  const systemCode = (thrown as NodeJS.ErrnoException).code ?? '';
  const says = copyFailures[failure?.code ?? systemCode] ?? failure?.says ?? toError(thrown).message;
  return new BridgeError(failure?.code ?? 'storage_failed', `cannot make the copy ${path}: ${says}`, {
    retryAfter: failure?.retryAfter ?? otherRetryAfter,
    cause: thrown,
  });
}
