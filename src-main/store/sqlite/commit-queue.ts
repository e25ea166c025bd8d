import type { Database, Statement } from 'better-sqlite3';
import { isBusy, toStorageError } from './failure.ts';

/** One write. All writes that wait at the same moment share a transaction: one flush to disk for all of them. */
export interface Write {
  /** Content bytes, or as much as the write is worth, which bound how much one transaction carries. */
  readonly bytes: number;
  /** Runs inside the transaction; what it throws undoes the whole transaction. */
  apply(): void;
  /** Runs after the commit. */
  settle(): void;
  fail(error: Error): void;
}

export interface CommitHooks {
  /** Runs inside each transaction, before its writes. */
  begun(): void;
  /** Runs after each commit of so many writes, before they are settled; `ms` is the time of the transaction. */
  committed(writes: number, ms: number): void;
  /** Runs when a transaction was undone with all that it had written. */
  undone(): void;
}

/** Bounds of one transaction: larger ones would hold the event loop too long. */
const maxWrites = 256;
const maxBytes = 1_048_576;

/** How long another process may hold the write lock, in ms (wire specification 2.1). */
const busyMs = 600;

/**
 * Waits between tries meanwhile, in ms: short, and by chance, so that several who wait do not meet again each time. Whoever waits
 * longer and longer is overtaken by all who have just come.
 */
const shortestWait = 1;
const longestWait = 5;

/**
 * How long a group may gather that is smaller than the one before it, in ms. Clients that wait for their answers all
 * come back at once, but not within one turn of the event loop: a flush for the first few would keep the rest waiting
 * for two. Much less than a flush to disk takes; a single sender never waits, because its groups do not shrink.
 */
const gatherMs = 0.05;

/** Group commit: writes are collected until the event loop has read what arrived, then committed together. */
export class CommitQueue {
  readonly #db: Database;
  readonly #hooks: CommitHooks;
  readonly #begin: Statement<[]>;
  readonly #commit: Statement<[]>;
  readonly #rollback: Statement<[]>;
  #waiting: Write[] = [];
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  /** When another process was first found to hold the lock, by the monotonic clock; undefined while none does. */
  #busySince: number | undefined;
  /** Writes in the last group. */
  #lastSize = 0;
  /** When the group that is gathering was first looked at, by the monotonic clock; 0 while none is. */
  #gatheringSince = 0;

  constructor(db: Database, hooks: CommitHooks) {
    this.#db = db;
    this.#hooks = hooks;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
  }

  push(write: Write): void {
    this.#waiting.push(write);
    this.#scheduled ??= setImmediate(this.#gather);
  }

  /** Commits everything that waits, now. Gives up on a write that another process keeps out. */
  drain(): void {
    while (this.#waiting.length > 0) {
      this.#busySince = -Infinity;
      this.#flush();
    }
    this.#cancel();
  }

  /** Lets a group that is still small gather for another turn of the event loop. */
  readonly #gather = (): void => {
    if (this.#waiting.length < this.#lastSize) {
      const now = performance.now();
      if (this.#gatheringSince === 0) this.#gatheringSince = now;
      if (now - this.#gatheringSince < gatherMs) {
        this.#scheduled = setImmediate(this.#gather);
        return;
      }
    }
    this.#flush();
  };

  readonly #flush = (): void => {
    this.#cancel();
    this.#gatheringSince = 0;
    const batch = this.#take();
    this.#lastSize = batch.length;
    const started = performance.now();
    try {
      this.#begin.run();
    } catch (error) {
      this.#postpone(batch, error);
      return;
    }
    try {
      this.#hooks.begun();
      for (const write of batch) write.apply();
      this.#commit.run();
    } catch (error) {
      // SQLite undoes the transaction by itself after some failures, a full disk among them.
      if (this.#db.inTransaction) this.#rollback.run();
      this.#hooks.undone();
      this.#fail(batch, error);
      return;
    }
    this.#busySince = undefined;
    this.#hooks.committed(batch.length, performance.now() - started);
    for (const write of batch) write.settle();
    this.#scheduleRest();
  };

  #take(): Write[] {
    let count = 0;
    let bytes = 0;
    for (const write of this.#waiting) {
      bytes += write.bytes;
      if (count > 0 && (count >= maxWrites || bytes > maxBytes)) break;
      count++;
    }
    if (count === this.#waiting.length) {
      const all = this.#waiting;
      this.#waiting = [];
      return all;
    }
    return this.#waiting.splice(0, count);
  }

  /**
   * Puts a batch back and tries again later if another process holds the lock. In the end all that waits is given up:
   * if each batch waited in its turn, they would come in faster than they go.
   */
  #postpone(batch: Write[], error: unknown): void {
    this.#waiting = batch.concat(this.#waiting);
    const now = performance.now();
    this.#busySince ??= now;
    if (!isBusy(error) || now - this.#busySince > busyMs) {
      this.#fail(this.#waiting.splice(0), error);
      return;
    }
    const wait = shortestWait + Math.random() * (longestWait - shortestWait);
    this.#scheduled = setTimeout(this.#flush, wait);
  }

  #fail(batch: Write[], error: unknown): void {
    this.#busySince = undefined;
    const failure = toStorageError('write', error);
    for (const write of batch) write.fail(failure);
    this.#scheduleRest();
  }

  #scheduleRest(): void {
    if (this.#waiting.length > 0) this.#scheduled ??= setImmediate(this.#flush);
  }

  #cancel(): void {
    if (!this.#scheduled) return;
    clearImmediate(this.#scheduled as NodeJS.Immediate);
    clearTimeout(this.#scheduled as NodeJS.Timeout);
    this.#scheduled = undefined;
  }
}
