import type { Statements } from './statements.ts';

/** Channels that are remembered; beyond it they are all asked for again. */
const maxChannels = 10_000;

/**
 * The channels that are known to hold messages, so that a send need not ask. Whatever may have emptied one makes us
 * forget them all.
 */
export class OpenChannels {
  readonly #sql: Pick<Statements, 'channelInUse'>;
  readonly #known = new Set<string>();

  constructor(sql: Pick<Statements, 'channelInUse'>) {
    this.#sql = sql;
  }

  /** Notes that a channel is about to hold a message. Returns whether it holds none so far. */
  open(channel: string): boolean {
    if (this.#known.has(channel)) return false;
    if (this.#known.size >= maxChannels) this.#known.clear();
    this.#known.add(channel);
    return !this.#sql.channelInUse.get(channel);
  }

  forget(): void {
    this.#known.clear();
  }
}
