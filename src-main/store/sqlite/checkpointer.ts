import { Worker } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { toError } from '../../../src-shared/bridge-error.ts';
import { stopWorker } from './stop-worker.ts';
import { workerFile } from './worker-file.ts';

/** What the worker reports when it begins, and whenever it has copied something. */
export interface CheckpointReport {
  /** Pages in the write-ahead log. */
  logged: number;
  /** Those of them that are not in the file yet. */
  left: number;
}

export interface CheckpointWorkerData {
  path: string;
  everyMs: number;
}

export interface CheckpointerOptions {
  onError: (error: unknown) => void;
  /** The worker goes after so long without enough commits, in ms: an idle relay should not keep its memory. */
  idleMs?: number;
}

/** SQLite's own checkpoint, in pages: enough while little is written, but each run holds the event loop 7–12 ms. */
const ownPages = 1_000;

/** A bound on the log in case the worker falls silent, in pages. */
const safetyPages = 20_000;

/** Commits within `busyWindowMs` from which the worker pays for itself. */
const busyCommits = 100;
const busyWindowMs = 1_000;

/** The worker copies pages this often, in ms; the main connection finishes when the log holds this many pages. */
const copyEveryMs = 20;
const finishPages = 1_000;

/** It leaves more than this to the worker's next round, in pages: it would hold the event loop for too long itself. */
const mostToFinish = 500;

/**
 * Keeps checkpoints off the hot path. While much is written a worker thread copies pages from the log to the file; the
 * main connection only finishes what is left, so that the log can start again from its beginning. The finishing touch
 * is needed: under steady writes a worker alone never catches the end, and the log would grow without bound.
 */
export class Checkpointer {
  readonly #db: Database;
  readonly #onError: (error: unknown) => void;
  readonly #idleMs: number;
  #worker: Worker | undefined;
  #ready = Promise.resolve();
  #windowStart = 0;
  #commits = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(db: Database, { onError, idleMs = 10_000 }: CheckpointerOptions) {
    this.#db = db;
    this.#onError = onError;
    this.#idleMs = idleMs;
    db.pragma(`wal_autocheckpoint = ${ownPages}`);
  }

  /** Copies what it can from the log to the file, without waiting for anybody who reads or writes. */
  checkpoint(): void {
    this.#db.pragma('wal_checkpoint(PASSIVE)');
  }

  /** Counts a commit and gets help when there are many. */
  committed(): void {
    const now = performance.now();
    if (now - this.#windowStart > busyWindowMs) {
      this.#windowStart = now;
      this.#commits = 0;
    }
    if (++this.#commits % busyCommits === 0) void this.expectMuch();
  }

  /** Gets help, or keeps it: many pages are written, or are about to be. Resolves when the worker is there, or cannot be. */
  expectMuch(): Promise<void> {
    this.#idle?.refresh();
    if (this.#worker) return this.#ready;
    try {
      this.#worker = this.#startWorker();
      this.#relyOnWorker();
    } catch (error) {
      // The system gives no further thread: SQLite's own checkpoints do.
      this.#onError(error);
    }
    return this.#ready;
  }

  /** Ends the worker and merges the log into the file, as far as other processes allow. */
  async stop(): Promise<void> {
    await this.#stopWorker();
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // The log stays beside the file and is complete together with it.
      this.#onError(error);
    }
  }

  #startWorker(): Worker {
    const data: CheckpointWorkerData = { path: this.#db.name, everyMs: copyEveryMs };
    const worker = new Worker(workerFile('checkpoint-worker'), { workerData: data });
    worker.unref();
    this.#ready = new Promise((resolve) => {
      // Its first report, or its end if that comes before.
      for (const event of ['message', 'exit'] as const) worker.once(event, () => resolve());
    });
    worker.on('message', (report: CheckpointReport) => this.#finish(report));
    worker.on('error', (error) => {
      this.#onError(toError(error));
      this.#forget(worker);
    });
    return worker;
  }

  /** From now on, while it is still starting: a checkpoint of ours in between would hold the event loop. */
  #relyOnWorker(): void {
    this.#db.pragma(`wal_autocheckpoint = ${safetyPages}`);
    this.#idle = setTimeout(() => void this.#stopWorker(), this.#idleMs).unref();
  }

  #finish({ logged, left }: CheckpointReport): void {
    if (logged < finishPages || left > mostToFinish || !this.#worker) return;
    try {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      this.#onError(error);
    }
  }

  async #stopWorker(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#forget(worker);
    await stopWorker(worker);
  }

  #forget(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    clearTimeout(this.#idle);
    if (this.#db.open) this.#db.pragma(`wal_autocheckpoint = ${ownPages}`);
  }
}
