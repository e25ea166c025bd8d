import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { ClearRequest, ClearResponse } from '../../src-shared/api/clear.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import type { SendRequest } from '../../src-shared/api/sending.ts';
import type { AuditQuery, ChannelSummary, MessageStore, StoreSize, Totals } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import { Archive } from './archive.ts';
import { Audience } from './audience.ts';
import type { Audit } from './audit.ts';
import { Consumers, type ConsumerTarget, type ResetTarget } from './consumers.ts';
import { Finding } from './finding.ts';
import type { RelayLimits } from './limits.ts';
import { LiveFeed, type SubscribeQuery } from './live-feed.ts';
import type { Page } from './page.ts';
import { interruption, Pausing } from './pausing.ts';
import { Presence } from './presence.ts';
import { Receiving, type ReceiveQuery, type WaitedPage, type WaitQuery } from './receiving.ts';
import { channelOf, isReceipt } from './selection.ts';
import { Sending, type SendOutcome } from './sending.ts';
import type { StreamSink, Subscription } from './subscription.ts';
import { Waiters } from './waiters.ts';

export interface RelayParts {
  store: MessageStore;
  audit: Audit;
  limits: () => RelayLimits;
  /** Told when something beside an answer failed. */
  onError: (error: unknown) => void;
  meter?: RelayMeter;
}

/** Told of what is counted; must be cheap. */
export interface RelayMeter {
  sent?: (deduplicated: boolean) => void;
  /** How long it took to hand every live stream what a commit brought, in ms. */
  delivered?: (ms: number) => void;
}

/**
 * The domain: the one way in (`send`) and the ways out (pages, waits and the live feed). HTTP, MCP and the command
 * line are thin faces of it and hold no rule of their own.
 */
export class Relay {
  /** Named readers and what became of messages. */
  readonly consumers: Consumers;
  /** Messages by what they say and by what they answer. */
  readonly finding: Finding;
  readonly presence: Presence;
  /** Whether anything is handed out. */
  readonly pausing: Pausing;
  /** Everything at once: copies, exports and imports. */
  readonly archive: Archive;
  readonly #store: MessageStore;
  readonly #audit: Audit;
  readonly #feed: LiveFeed;
  readonly #waiters: Waiters;
  readonly #sending: Sending;
  readonly #receiving: Receiving;

  constructor({ store, audit, limits, onError, meter }: RelayParts) {
    this.#store = store;
    this.#audit = audit;
    this.archive = new Archive({ store, audit });
    this.presence = new Presence({ expiryMs: () => limits().presenceMinutes * 60_000 });
    this.pausing = new Pausing({ store, audit });
    this.#waiters = new Waiters(() => limits().maxWaiters);
    this.#feed = new LiveFeed({
      store,
      limits,
      presence: this.presence,
      onError,
      onDelivered: meter?.delivered,
    });
    const audience = new Audience({ store, onError });
    store.watch((changes) => {
      for (const change of changes) {
        if (interruption(change) === 'paused') this.#waiters.wakeAll();
        else if (!isReceipt(change)) this.#waiters.wake(channelOf(change));
      }
    });
    this.consumers = new Consumers({
      store,
      audience,
      presence: this.presence,
      stuckMinutes: () => limits().stuckMinutes,
    });
    this.finding = new Finding({ store, presence: this.presence, pausing: this.pausing });
    this.#receiving = new Receiving({
      store,
      onError,
      presence: this.presence,
      waiters: this.#waiters,
      pausing: this.pausing,
    });
    this.#sending = new Sending({
      store,
      audit,
      limits,
      audience,
      presence: this.presence,
      pausing: this.pausing,
      here: (channel) => this.here(channel),
      onSent: meter?.sent,
    });
  }

  /**
   * Stores a message. Resolves when it is as durable as the store promises.
   * @throws BridgeError `missing_right`, `too_large`, `too_many_messages`, `too_many_hops`, `conflict`, `in_progress`, `storage_*`
   */
  send(request: SendRequest, actor: Actor): Promise<SendOutcome> {
    return this.#sending.send(request, actor);
  }

  /**
   * A page of a channel, oldest first (wire specification 3.4). An unknown cursor is not an error: the page is empty
   * and `stale`.
   */
  receive(query: ReceiveQuery, actor: Actor): Promise<Page> {
    return this.#receiving.receive(query, actor);
  }

  /**
   * The same, but waits for a message if there is none (6.7).
   * @throws BridgeError `required` without a cursor, `too_many_waiters`
   */
  wait(query: WaitQuery, actor: Actor): Promise<WaitedPage> {
    return this.#receiving.wait(query, actor);
  }

  get waiting(): number {
    return this.#waiters.size;
  }

  /** How many wait and stream on a channel at this moment. */
  here(channel: string): { waiting: number; streaming: number } {
    return { waiting: this.#waiters.on(channel), streaming: this.#feed.on(channel) };
  }

  /** @throws BridgeError `not_found`, also for a message of a channel that may not be read; `paused` */
  async find(id: string, { access }: Actor): Promise<StoredMessage> {
    await this.pausing.check();
    const message = await this.#store.find(id);
    if (!message || !access.mayRead(message.channel)) {
      throw new BridgeError('not_found', 'not found', { field: 'id' });
    }
    return message;
  }

  /** Those that may be read. */
  async channels({ access }: Actor): Promise<ChannelSummary[]> {
    const channels = await this.#store.channels();
    const { readable } = access;
    return readable ? channels.filter(({ channel }) => readable.has(channel)) : channels;
  }

  /** Of the channels that may be read. */
  async totals(actor: Actor): Promise<Totals> {
    if (!actor.access.readable) return this.#store.totals();
    const channels = await this.channels(actor);
    return { channels: channels.length, messages: channels.reduce((sum, { count }) => sum + count, 0) };
  }

  /** Empties a channel. Clearing nothing is fine and still an event on its streams (3.8). */
  async clear({ channel }: ClearRequest, actor: Actor): Promise<ClearResponse> {
    actor.access.require('clear', channel);
    const { cleared } = await this.#store.clear(channel);
    this.#audit.record({ event: 'channel_clear', channel, detail: `${cleared} message(s)` }, actor);
    return { channel, cleared };
  }

  /** Puts a consumer's cursor behind a message, or at the very beginning. @throws BridgeError `not_found` */
  async resetConsumer(target: ResetTarget, actor: Actor): Promise<void> {
    await this.consumers.reset(target, actor);
    this.#recordRepair('consumer_reset', target, actor);
  }

  /** Forgets a consumer on a channel. @throws BridgeError `not_found` */
  async removeConsumer(target: ConsumerTarget, actor: Actor): Promise<void> {
    await this.consumers.remove(target, actor);
    this.#recordRepair('consumer_delete', target, actor);
  }

  /**
   * Opens a live stream of some channels or all that writes to what `open` makes, until that closes or the relay stops.
   * All means all that may be read.
   * @throws BridgeError `missing_right`, `too_many_subscribers` or `too_many_channel_subscribers`
   */
  subscribe(query: SubscribeQuery, actor: Actor, open: () => StreamSink): Promise<Subscription> {
    return this.#feed.subscribe(query, actor, open);
  }

  get subscribers(): number {
    return this.#feed.size;
  }

  /** Streams that are behind and being read forward from the store. */
  get laggingSubscribers(): number {
    return this.#feed.lagging;
  }

  /** By how many messages, of whatever channels, the stream is behind that is furthest behind. */
  get streamLag(): number {
    return this.#feed.lag;
  }

  /** What the store takes up on disk. */
  size(): Promise<StoreSize> {
    return this.#store.size();
  }

  get auditEnabled(): boolean {
    return this.#audit.enabled;
  }

  /** What concerns channels that may be read; the rest only for those who may read all. */
  auditLog(query: AuditQuery, { access }: Actor): Promise<AuditResponse> {
    return this.#audit.read(query, access);
  }

  /** Touches the store. */
  ping(): Promise<void> {
    return this.#store.ping();
  }

  /** Ends every stream and every wait. The store is closed by its owner. */
  stop(): void {
    this.#waiters.stop();
    this.#feed.stop();
  }

  #recordRepair(event: string, { consumer, channel }: ConsumerTarget, actor: Actor): void {
    this.#audit.record({ event, channel, detail: consumer }, actor);
  }
}
