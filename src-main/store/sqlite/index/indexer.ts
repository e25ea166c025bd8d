import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../../../src-shared/bridge-error.ts';
import { type Outcome, Step } from '../outcome.ts';
import type { Reader } from '../reading.ts';
import { type IndexWriter, isDamage, type StepOutcome } from './index-writer.ts';
import type { IndexStatements } from './statements.ts';

/** How long what was committed may wait for its indexing, in ms: few large pieces cost less than many small ones. */
const restBefore = 500;

/** While messages keep coming, the index gets one part in this many of the time; a search catches up when it has to. */
const shareWhenBusy = 40;

/** How long to wait after a failure, in ms. */
const retryAfter = 5_000;

export interface IndexerOptions {
  sql: IndexStatements;
  writer: IndexWriter;
  reader: Reader;
  push: <T>(write: Outcome<T>) => Promise<T>;
  onError: (error: unknown) => void;
}

/** Keeps the index up to date: at leisure after commits, at once before a query. */
export class Indexer {
  readonly #sql: IndexStatements;
  readonly #writer: IndexWriter;
  readonly #reader: Reader;
  readonly #push: <T>(write: Outcome<T>) => Promise<T>;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #underWay: Promise<StepOutcome> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #working = false;
  /** After a failure, in ms of the monotonic clock: nobody is to wait for a lock or a disk again and again. */
  #troubledUntil = 0;
  /** Commits that were told of. */
  #commits = 0;

  constructor({ sql, writer, reader, push, onError }: IndexerOptions) {
    this.#sql = sql;
    this.#writer = writer;
    this.#reader = reader;
    this.#push = push;
    this.#onError = onError;
  }

  /** Goes on where an earlier run was stopped. */
  start(): void {
    this.#workAfter(restBefore);
  }

  /** Something was committed, here or elsewhere. */
  committed(): void {
    this.#commits++;
    this.#workAfter(restBefore);
  }

  /**
   * Brings into the index what is committed now: one step at least, more as long as `patience` lasts, in ms. Resolves
   * with how many messages are left at most. A disk that takes no writes is no reason not to answer from what is there.
   */
  async catchUp(patience: number): Promise<number> {
    const target = await this.#reader.read(() => this.#sql.newestSeq.get() ?? 0);
    const deadline = performance.now() + patience;
    while (await this.#reader.read(() => this.#sql.isBehind.get(target))) {
      if (!(await this.#tryToAdvance()) || performance.now() > deadline) {
        return Math.max(0, target - (this.#sql.indexedSeq.get() ?? 0));
      }
    }
    return 0;
  }

  /** Makes the index again if this failure says that it is damaged. */
  async heal(failure: unknown): Promise<void> {
    if (!isDamage(failure)) return;
    await this.#push(new Step(() => this.#writer.startOver()));
    this.#workAfter(restBefore);
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  #workAfter(rest: number): void {
    if (this.#working || this.#timer || this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#work();
    }, rest).unref();
  }

  /** Works until there is nothing left to do. */
  async #work(): Promise<void> {
    this.#working = true;
    let rest = restBefore;
    let seen = this.#commits;
    try {
      let idle = !(await this.#reader.read(() => this.#sql.hasWork.get()));
      while (!idle && !this.#stopping.signal.aborted) {
        seen = this.#commits;
        const outcome = await this.#advance();
        if (outcome.error !== undefined) throw toError(outcome.error);
        idle = outcome.idle;
        await this.#rest(outcome.took, seen);
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#fail(error);
      rest = retryAfter;
    } finally {
      this.#working = false;
    }
    if (rest !== restBefore || this.#commits !== seen) this.#workAfter(rest);
  }

  /** Leaves the event loop to others: for as long as the step took, or longer if they used the time for commits. */
  async #rest(took: number, commitsBefore: number): Promise<void> {
    await this.#sleep(Math.max(1, took));
    // One commit may have been that of the step itself.
    const isBusy = this.#commits - commitsBefore > 1;
    if (isBusy) await this.#sleep(took * (shareWhenBusy - 1));
  }

  #sleep(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { ref: false, signal: this.#stopping.signal });
  }

  /** Whether a step was done; one that failed is told, and not tried again for a while. */
  async #tryToAdvance(): Promise<boolean> {
    if (performance.now() < this.#troubledUntil) return false;
    try {
      const { error } = await this.#advance();
      // What was damaged has been emptied by now, to be made again.
      if (error === undefined || isDamage(error)) return true;
      throw toError(error);
    } catch (error) {
      if (this.#stopping.signal.aborted) throw error;
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    this.#troubledUntil = performance.now() + retryAfter;
    this.#onError(error);
  }

  /** The next step. Whoever wants one while it is under way gets the same. */
  #advance(): Promise<StepOutcome> {
    this.#underWay ??= this.#step().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #step(): Promise<StepOutcome> {
    const outcome = await this.#push(new Step(() => this.#writer.step()));
    await this.heal(outcome.error);
    return outcome;
  }
}
