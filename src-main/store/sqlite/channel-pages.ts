import type { StoredMessage } from '../../../src-shared/message.ts';
import type { Statements } from './statements.ts';

/**
 * The messages of one channel, page by page. To be called inside a transaction: places move from one table to the other,
 * all at once, so those in the table of the recent ones lie behind all others.
 */
export class ChannelPages {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The oldest `limit` messages after `seq`, oldest first. */
  after(channel: string, seq: number, limit: number): StoredMessage[] {
    const { reach, settledAfter, recentAfter } = this.#sql;
    const held = reach.get(channel);
    // Most who ask have read everything, so that is found out before the messages are looked at.
    if (!held || held.last <= seq) return [];
    const from = Math.max(seq, held.floor);
    const settled = settledAfter.all(channel, from, limit);
    if (settled.length === limit) return settled;
    return [...settled, ...recentAfter.all(channel, from, limit - settled.length)];
  }

  /** The newest `limit` messages before `seq`, newest first. */
  before(channel: string, seq: number, limit: number): StoredMessage[] {
    const { reach, settledBefore, recentBefore } = this.#sql;
    const held = reach.get(channel);
    if (!held) return [];
    const recent = recentBefore.all(channel, held.floor, seq, limit);
    if (recent.length === limit) return recent;
    return [...recent, ...settledBefore.all(channel, held.floor, seq, limit - recent.length)];
  }
}
