import type { ConsumerBody, ReceiptsResponse } from '../../src-shared/api/consumers.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { StreamEvent, StreamReceipt } from '../../src-shared/client/stream-event.ts';
import { envelopeOf, type FeedMessage } from '../../src-shared/messages/feed-message.ts';
import { Throttle } from './throttle.ts';

/** What became of a message with one consumer (wire specification 6.6). */
export interface Fate {
  consumer: string;
  kind: 'acked' | 'read' | 'unread';
  /** When it was read or acknowledged, in ms since the epoch. */
  at: number | undefined;
}

type Receipt = ReceiptsResponse['receipts'][number];

/** Consumers are asked for at most this often while things happen, in ms. */
const restMs = 2_000;

/** Receipts of so many messages are kept. */
const mostKept = 2_000;

/** Receipts that came live are kept beside those that were asked for. */
const mostLive = 1_000;

const parallel = 4;

const order = { acked: 0, read: 1, unread: 2 } as const;

/** Who has read and acknowledged what, and who has not. */
export class Delivery {
  consumers = $state.raw<readonly ConsumerBody[]>([]);
  /** An agent is stuck when its oldest unread message is older, in ms. */
  stuckAfterMs = $state(600_000);

  readonly #api: ApiClient;
  #receipts = $state.raw<ReadonlyMap<string, readonly Receipt[]>>(new Map());
  #live = $state.raw<readonly StreamReceipt[]>([]);
  readonly #asked = new Set<string>();
  #waiting: string[] = [];
  #working = 0;
  readonly #asking = new Throttle(() => void this.#ask(), restMs);

  constructor(api: ApiClient) {
    this.#api = api;
  }

  readonly #byChannel = $derived(Map.groupBy(this.consumers, ({ channel }) => channel));

  /** The consumers that follow `channel`. */
  followers(channel: string): readonly ConsumerBody[] {
    return this.#byChannel.get(channel) ?? [];
  }

  /** Of those that have left something unread for too long, the one that has for longest. */
  stuck(channel: string): ConsumerBody | undefined {
    return this.followers(channel)
      .filter(({ stuck }) => stuck)
      .sort((a, b) => ((a.oldest_unread_at ?? '') < (b.oldest_unread_at ?? '') ? -1 : 1))[0];
  }

  /** Acknowledged first, then read, then not read; the sender itself and whom it is not for are left out of the last. */
  fates(message: FeedMessage): Fate[] {
    const receipts = new Map<string, Fate>();
    for (const { consumer_id, read_at, acked_at } of this.#receipts.get(message.id) ?? []) {
      note(receipts, consumer_id, 'read', read_at);
      note(receipts, consumer_id, 'acked', acked_at);
    }
    for (const { channel, kind, consumer_id, first_seq, last_seq, timestamp } of this.#live) {
      if (channel !== message.channel || message.seq < first_seq || message.seq > last_seq) continue;
      note(receipts, consumer_id, kind, timestamp);
    }
    const recipient = envelopeOf(message)?.recipient;
    for (const { consumer_id: consumer, read_seq, acked_seq } of this.followers(message.channel)) {
      if (receipts.has(consumer) || consumer === message.sender) continue;
      if (recipient !== undefined && recipient !== consumer) continue;
      if (Math.max(read_seq, acked_seq) < message.seq) {
        receipts.set(consumer, { consumer, kind: 'unread', at: undefined });
      }
    }
    return [...receipts.values()].sort((a, b) => order[a.kind] - order[b.kind] || (a.at ?? 0) - (b.at ?? 0));
  }

  /** Asks for the receipts of `messages`, unless they are known or nobody could have read them by name. */
  want(messages: readonly FeedMessage[]): void {
    for (const { id, channel } of messages) {
      if (this.#asked.has(id) || this.followers(channel).length === 0) continue;
      this.#asked.add(id);
      this.#waiting.push(id);
    }
    while (this.#working < parallel && this.#waiting.length > 0) void this.#work();
  }

  /** Asks again who has read how far: now, but not more often than every two seconds. */
  refresh(): void {
    this.#asking.ask();
  }

  take(events: readonly StreamEvent[]): void {
    const receipts = events.flatMap((event) => (event.type === 'receipt' ? [event.receipt] : []));
    if (receipts.length > 0) this.#live = [...this.#live, ...receipts].slice(-mostLive);
    if (events.some(({ type }) => type !== 'other')) this.refresh();
  }

  /** Receipts that were asked for before an interruption may be out of date. */
  reset(): void {
    this.#asked.clear();
    this.#waiting = [];
    this.refresh();
  }

  forget(): void {
    this.#asked.clear();
    this.#waiting = [];
    this.consumers = [];
    this.#receipts = new Map();
    this.#live = [];
  }

  async #ask(): Promise<void> {
    await orUnanswered(async () => {
      const { consumers, stuck_after_minutes } = await this.#api.consumers();
      this.consumers = consumers;
      this.stuckAfterMs = stuck_after_minutes * 60_000;
    });
  }

  async #work(): Promise<void> {
    this.#working++;
    for (let id = this.#waiting.shift(); id !== undefined; id = this.#waiting.shift()) {
      const asked = id;
      await orUnanswered(
        async () => {
          const { receipts } = await this.#api.receipts(asked);
          this.#keep(asked, receipts);
        },
        () => this.#asked.delete(asked),
      );
    }
    this.#working--;
  }

  #keep(id: string, receipts: readonly Receipt[]): void {
    const kept = new Map(this.#receipts).set(id, receipts);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#receipts = kept;
  }
}

function note(fates: Map<string, Fate>, consumer: string, kind: 'read' | 'acked', time: string | null): void {
  if (time === null) return;
  const known = fates.get(consumer);
  if (known && order[known.kind] <= order[kind]) return;
  fates.set(consumer, { consumer, kind, at: Date.parse(time) });
}

/** What the relay does not answer is asked again later; the link says that it does not. */
async function orUnanswered(ask: () => Promise<void>, failed?: () => void): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    failed?.();
  }
}
