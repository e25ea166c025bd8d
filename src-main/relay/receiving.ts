import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import type { MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import { seqBefore } from './cursor.ts';
import { fitIntoBytes, fitNewestIntoBytes, type Page } from './page.ts';
import type { Pausing } from './pausing.ts';
import type { Presence } from './presence.ts';
import { SharedReads } from './shared-reads.ts';
import type { Waiters } from './waiters.ts';

/** What a reader asks for: the newest messages, the oldest after a cursor, or the newest before one. */
export interface ReceiveQuery {
  channel: string;
  /** Id of a message or event of this channel; what lies after it is returned. Wins over the consumer's cursor. */
  since?: string | undefined;
  /** Id of a message or event of this channel; what lies before it is returned. Wins over both. */
  before?: string | undefined;
  /** Reads from this consumer's cursor on, from the very beginning if it has none. */
  consumer?: string | undefined;
  limit: number;
  /** Content bytes that the page may carry; at least one message always fits. */
  maxBytes?: number | undefined;
}

export interface WaitQuery extends Omit<ReceiveQuery, 'before'> {
  timeoutMs: number;
  /** Aborted when the one who waits has gone. */
  signal: AbortSignal;
}

export interface WaitedPage extends Page {
  /** Nothing came in time: a normal answer. */
  timedOut: boolean;
}

export interface ReceivingParts {
  store: MessageStore;
  presence: Presence;
  waiters: Waiters;
  pausing: Pausing;
  /** Told when a read could not be recorded; the answer is out and stands. */
  onError: (error: unknown) => void;
}

/** The ways out, apart from streams. */
export class Receiving {
  readonly #parts: ReceivingParts;
  readonly #reads = new SharedReads();

  constructor(parts: ReceivingParts) {
    this.#parts = parts;
  }

  /** A page of a channel, oldest first. An unknown cursor is not an error: the page is empty and `stale`. */
  async receive(query: ReceiveQuery, actor: Actor): Promise<Page> {
    const { channel, before, since, consumer, limit } = query;
    const { store, presence, pausing } = this.#parts;
    actor.access.require('read', channel);
    if (consumer !== undefined) presence.saw(consumer, channel, actor);
    if (await this.#reads.read('pause', () => pausing.state())) return pausedPage(query);
    if (before !== undefined) return this.#readBefore(query, before);
    if (since !== undefined) {
      const found = await this.#reads.read(JSON.stringify(['afterId', channel, since, limit]), () =>
        store.afterId(channel, since, limit),
      );
      return found ? this.#page(query, since, found) : this.#stale(query, since);
    }
    if (consumer === undefined) return this.#page(query, null, await store.latest(channel, limit));
    return this.#readOn(query, consumer);
  }

  /**
   * The same, but waits for a message if there is none. Returns at once when the cursor is unknown, or when a consumer
   * is to be told that it has lost messages.
   * @throws BridgeError `required` without a cursor, `too_many_waiters`
   */
  async wait(query: WaitQuery, actor: Actor): Promise<WaitedPage> {
    const { channel, since, consumer, timeoutMs, signal } = query;
    if (since === undefined && consumer === undefined) {
      throw new BridgeError('required', 'since_id or consumer_id is required', { field: 'cursor' });
    }
    actor.access.require('read', channel);
    const deadline = performance.now() + timeoutMs;
    const place = this.#parts.waiters.enter(channel);
    const left = this.#parts.presence.began(consumer ?? actor.principal, 'waiting', channel, actor);
    try {
      for (;;) {
        place.listen();
        const page = await this.receive(query, actor);
        if (page.paused) return { ...page, timedOut: true };
        if (page.messages.length > 0 || page.stale || page.lost) return { ...page, timedOut: false };
        if ((await place.until(deadline, signal)) !== 'news') return { ...page, timedOut: true };
      }
    } finally {
      place.leave();
      left();
    }
  }

  /** What comes behind a consumer's cursor, with what was removed there. */
  async #readOn(query: ReceiveQuery, consumer: string): Promise<Page> {
    const { store, onError } = this.#parts;
    const { channel, limit } = query;
    const { seq = 0, lost, removals } = (await store.cursor(consumer, channel)) ?? {};
    const found = await this.#reads.read(JSON.stringify(['after', channel, seq, limit]), () =>
      store.after(channel, seq, limit),
    );
    const page = this.#page(query, null, found);
    if (removals === undefined) return page;
    const delivered = () => {
      page.delivered();
      store.recordTold({ consumer, channel, removals }).catch(onError);
    };
    return { ...page, lost, delivered };
  }

  async #readBefore(query: ReceiveQuery, before: string): Promise<Page> {
    const { store } = this.#parts;
    const seq = await seqBefore(store, query.channel, before);
    if (seq === undefined) return this.#stale(query, before);
    const found = await store.before(query.channel, seq, query.limit);
    return this.#page(query, before, found, fitNewestIntoBytes);
  }

  #page(
    { channel, consumer, maxBytes }: ReceiveQuery,
    cursor: string | null,
    found: StoredMessage[],
    fit = fitIntoBytes,
  ): Page {
    const messages = fit(found, maxBytes);
    return {
      channel,
      messages,
      nextCursor: messages.at(-1)?.id ?? cursor,
      stale: false,
      paused: false,
      lost: undefined,
      truncated: messages.length < found.length,
      consumer,
      delivered: () => this.#recordRead(channel, consumer, messages),
    };
  }

  async #stale({ channel, consumer }: ReceiveQuery, cursor: string): Promise<Page> {
    return {
      channel,
      messages: [],
      nextCursor: cursor,
      stale: true,
      paused: false,
      lost: await this.#parts.store.lostSince(channel, cursor),
      truncated: false,
      consumer,
      delivered: () => undefined,
    };
  }

  #recordRead(channel: string, consumer: string | undefined, messages: readonly StoredMessage[]): void {
    const [first] = messages;
    const last = messages.at(-1);
    if (consumer === undefined || !first || !last) return;
    this.#parts.store
      .recordRead({ consumer, channel, firstSeq: first.seq, lastSeq: last.seq })
      .catch(this.#parts.onError);
  }
}

/** Nothing, and the cursor as it was: it goes on from there when the pause is over. */
export function pausedPage({ channel, since, before, consumer }: ReceiveQuery): Page {
  return {
    channel,
    messages: [],
    nextCursor: before ?? since ?? null,
    stale: false,
    paused: true,
    lost: undefined,
    truncated: false,
    consumer,
    delivered: () => undefined,
  };
}
