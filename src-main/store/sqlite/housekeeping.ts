import { formatTimestamp } from '../../../src-shared/time.ts';
import type { ExpiredRow, Statements } from './statements.ts';
import { type Outcome, Step, type WriteContext } from './outcome.ts';
import { LogTrimmed } from './writes.ts';

/** Rows removed in one transaction: 1–3 ms, so that sends in between hardly notice. */
const stepRows = 250;

/** A step that took longer than this makes the next ones smaller, in ms. */
const stepBudget = 5;
const fewestRows = 25;

/** Rows removed at a time when nobody waits any more. */
const lastRows = 1_000;

/** How often the emptied space of cleared channels is tried again after a failure, in ms. */
const retryAfter = 5_000;

export interface HousekeepingParts {
  sql: Statements;
  context: WriteContext;
  push: <T>(write: Outcome<T>) => Promise<T>;
  /** Told that many pages will be written; resolves when whoever helps with that is ready. */
  expectMuch: () => Promise<void>;
  onError: (error: unknown) => void;
}

/** Gives space back: cleared channels, expired messages, old events and audit rows. Always in small steps. */
export class Housekeeping {
  readonly #sql: Statements;
  readonly #context: WriteContext;
  readonly #push: <T>(write: Outcome<T>) => Promise<T>;
  readonly #expectMuch: () => Promise<void>;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #stepRows = stepRows;
  /** Channels are emptied one after the other: many at a time would make each transaction as large as all of them. */
  #reclaiming: Promise<void> = Promise.resolve();

  constructor({ sql, context, push, expectMuch, onError }: HousekeepingParts) {
    this.#sql = sql;
    this.#context = context;
    this.#push = push;
    this.#expectMuch = expectMuch;
    this.#onError = onError;
  }

  /** Goes on where an earlier run was stopped. */
  resume(): void {
    for (const { channel, floor_seq } of this.#sql.unreclaimed.all()) this.reclaim(channel, floor_seq);
    this.#logTrimmed(this.#sql.untold.all()).catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#onError(error);
    });
  }

  /** Removes the rows of a cleared channel up to its floor, in the background. */
  reclaim(channel: string, floor: number): void {
    const remove = (rows: number) => this.#sql.deleteChannelUpTo.run(channel, floor, rows).changes;
    this.#reclaiming = this.#reclaiming
      .then(() => this.#repeat(remove))
      .catch((error: unknown) => {
        if (this.#stopping.signal.aborted) return;
        this.#onError(error);
        setTimeout(() => this.reclaim(channel, floor), retryAfter).unref();
      });
  }

  async trim(before: string, signal?: AbortSignal): Promise<number> {
    let total = 0;
    try {
      while (!signal?.aborted) {
        const expired = await this.#trimStep(before);
        if (expired.length === 0) break;
        for (const { counts } of expired) total += counts;
        await this.#afterRemoving(expired.length);
      }
    } finally {
      await this.#tellRemovals();
    }
    return total;
  }

  async sweep({ events, audit }: { events: string; audit?: string }): Promise<void> {
    await this.#tellRemovals();
    await this.#sweepEvents(events);
    await this.#sweepChannels();
    await this.#sweepKeys();
    if (audit !== undefined) await this.#repeat((rows) => this.#sql.deleteOldAudit.run(rows, audit).changes);
  }

  async #sweepEvents(before: string): Promise<void> {
    let last = 0;
    await this.#repeat((rows) => {
      const end = this.#sql.eventStretch.get({ after: last, before, limit: rows }) ?? 0;
      if (end === 0) return 0;
      this.#sql.deleteOldEvents.run({ after: last, upTo: end, before });
      last = end;
      return rows;
    }, nextTurn);
  }

  /** Forgets channels that are empty and that nobody needs to know of any more. */
  async #sweepChannels(): Promise<void> {
    let last = '';
    await this.#repeat((rows) => {
      const end = this.#sql.channelStretch.get(last, rows) ?? '';
      if (end === '') return 0;
      this.#sql.forgetChannels.run({ after: last, upTo: end });
      last = end;
      return rows;
    }, nextTurn);
  }

  /** Removes keys that other programs have reserved and left behind. */
  async #sweepKeys(): Promise<void> {
    const before = formatTimestamp(Date.now());
    await this.#repeat((limit) => this.#context.delivery.deleteExpiredKeys.run({ before, limit }).changes);
  }

  /** Takes and releases the write lock. */
  touch(): Promise<void> {
    return this.#push(new Step(() => undefined));
  }

  stop(): void {
    this.#stopping.abort();
  }

  /**
   * Removes what is left of cleared channels before the file is closed, for at most `budgetMs`: the Python program
   * knows no floors and would show those messages. What remains goes at the next start.
   */
  finish(budgetMs: number): void {
    const deadline = performance.now() + budgetMs;
    for (const { channel, floor_seq } of this.#sql.unreclaimed.all()) {
      while (this.#sql.deleteChannelUpTo.run(channel, floor_seq, lastRows).changes > 0) {
        if (performance.now() > deadline) return;
      }
    }
  }

  /** Runs a deleting step again and again, giving others their turn, until nothing is left. */
  async #repeat(
    remove: (rows: number) => number,
    between = (removed: number) => this.#afterRemoving(removed),
  ): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const removed = await this.#push(new Step(() => this.#timed(remove)));
      if (removed === 0) return;
      await between(removed);
    }
  }

  /** Gives others their turn. Where rows go by the hundred, the log must be copied as fast as it is written. */
  async #afterRemoving(rows: number): Promise<void> {
    if (rows >= fewestRows) await this.#expectMuch();
    await nextTurn();
  }

  #trimStep(before: string): Promise<ExpiredRow[]> {
    const write = new Step(() =>
      this.#timed((rows) => {
        const expired = this.#sql.expired.all(before, rows);
        if (expired.length > 0) this.#context.openChannels.forget();
        for (const { seq } of expired) this.#sql.deleteMessage.run(seq);
        return expired;
      }),
    );
    return this.#push(write);
  }

  /** Logs what was removed and is not in the log yet: by a trim, one that was broken off, or another program. */
  async #tellRemovals(): Promise<void> {
    await this.#logTrimmed(await this.#push(new Step(() => this.#sql.untold.all())));
  }

  async #logTrimmed(channels: readonly string[]): Promise<void> {
    await Promise.all(channels.map((channel) => this.#push(new LogTrimmed(this.#context, channel))));
  }

  /** Runs a step and adapts the size of the next one to the time it took. */
  #timed<T>(step: (rows: number) => T): T {
    const started = performance.now();
    const result = step(this.#stepRows);
    const took = performance.now() - started;
    if (took > stepBudget) this.#stepRows = Math.max(fewestRows, Math.floor(this.#stepRows / 2));
    else if (took < stepBudget / 2) this.#stepRows = Math.min(stepRows, this.#stepRows * 2);
    return result;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}
