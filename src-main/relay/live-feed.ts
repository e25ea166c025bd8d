import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Change, Position } from '../store/changes.ts';
import type { MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { RelayLimits } from './limits.ts';
import { OpenStreams } from './open-streams.ts';
import { interruption, upToInterruptions } from './pausing.ts';
import type { Presence } from './presence.ts';
import type { Selection } from './selection.ts';
import { StreamReads } from './stream-reads.ts';
import { type StreamSink, Subscription } from './subscription.ts';

/** Seconds after which a refused subscriber should try again. */
const retryAfter = 5;

/** How presence names the channels of a stream that carries all of them. */
const allChannels = '*';

export interface SubscribeQuery {
  /** The channels to follow, at least one. */
  channels: readonly string[] | 'all';
  /** Id of the last message or event the reader has seen; without it the stream starts with what comes next. */
  since?: string | undefined;
  /** Replay everything that was missed instead of ending after the replay limit. */
  pageOn?: boolean;
  /** Carry reads and acks, too. */
  receipts?: boolean;
  /** Who reads the stream: what is written out counts as read by this consumer. */
  consumer?: string | undefined;
}

export interface LiveFeedParts {
  store: MessageStore;
  limits: () => RelayLimits;
  presence: Presence;
  /** Told when a read could not be recorded. */
  onError: (error: unknown) => void;
  /** Told how long it took to hand all streams what a commit brought, in ms. */
  onDelivered?: ((ms: number) => void) | undefined;
}

/** Hands committed changes to the streams of their channels. */
export class LiveFeed {
  readonly #parts: LiveFeedParts;
  readonly #streams = new OpenStreams();
  readonly #unwatch: () => void;
  #published: Position;
  /** As of what was published last; undefined until somebody asks. */
  #paused: boolean | undefined;
  #stopped = false;

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
    this.#published = parts.store.head();
    this.#unwatch = parts.store.watch((changes) => this.#publish(changes));
  }

  /** Open streams. */
  get size(): number {
    return this.#streams.size;
  }

  /** Open streams that carry a channel, by name or with all others. */
  on(channel: string): number {
    return this.#streams.on(channel);
  }

  /** Streams that are being read forward because they are behind. */
  get lagging(): number {
    let count = 0;
    for (const { lagging } of this.#streams) if (lagging) count++;
    return count;
  }

  /** How many messages lie between the newest and the position of the stream that is furthest behind. */
  get lag(): number {
    let lag = 0;
    for (const { lagging, position } of this.#streams) {
      if (lagging) lag = Math.max(lag, this.#published.seq - position.seq);
    }
    return lag;
  }

  /**
   * @param open makes the sink, once it is sure that the stream may be opened
   * @throws BridgeError `missing_right`, `too_many_channel_subscribers`, `too_many_subscribers` or `shutting_down`
   */
  async subscribe(query: SubscribeQuery, actor: Actor, open: () => StreamSink): Promise<Subscription> {
    const { receipts = false, consumer } = query;
    const { access } = actor;
    const channels = query.channels === 'all' ? 'all' : new Set(query.channels);
    if (channels !== 'all') for (const channel of channels) access.require('read', channel);
    if (this.#paused === undefined) await this.#learnWhetherPaused();
    this.#checkCaps(channels);
    const { store, onError } = this.#parts;
    const sink = open();
    const subscription = new Subscription({
      store,
      selection: { channels, receipts, readable: access.readable },
      sink,
      reads: consumer === undefined ? undefined : new StreamReads({ store, consumer, onError }),
      published: () => this.#published,
    });
    this.#streams.add(subscription);
    const left = this.#enter(consumer, channels, actor);
    const close = () => {
      subscription.closed();
      this.#streams.remove(subscription);
      left();
    };
    sink.onceClosed(close);
    try {
      await this.#begin(subscription, sink, query);
    } catch (error) {
      close();
      throw error;
    }
    return subscription;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
    for (const subscription of this.#streams) subscription.end();
  }

  async #begin(subscription: Subscription, sink: StreamSink, query: SubscribeQuery): Promise<void> {
    const { since, pageOn = false } = query;
    if (since === undefined && !this.#paused) {
      subscription.startLive();
      return;
    }
    const position = since === undefined ? undefined : await this.#locate(subscription.selection, since);
    if (since !== undefined && !position) sink.reportStale(since);
    if (this.#paused) subscription.hold();
    if (position)
      await subscription.resume(position, pageOn ? Infinity : this.#parts.limits().sseReplayLimit);
    else await subscription.catchUp();
  }

  async #learnWhetherPaused(): Promise<void> {
    const pause = await this.#parts.store.pause();
    // What was published meanwhile knows better.
    this.#paused ??= pause !== undefined;
  }

  /** Where an id of any of the channels stands. */
  async #locate({ channels }: Selection, id: string): Promise<Position | undefined> {
    const { store } = this.#parts;
    if (channels === 'all') return store.locate(undefined, id);
    for (const channel of channels) {
      const position = await store.locate(channel, id);
      if (position) return position;
    }
    return undefined;
  }

  #checkCaps(channels: Selection['channels']): void {
    if (this.#stopped) throw new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
    const { maxSse, maxSsePerChannel } = this.#parts.limits();
    for (const channel of channels === 'all' ? [] : channels) {
      if (this.#streams.naming(channel) < maxSsePerChannel) continue;
      throw new BridgeError(
        'too_many_channel_subscribers',
        `too many streams are open on this channel (${maxSsePerChannel})`,
        { retryAfter },
      );
    }
    if (this.#streams.size >= maxSse) {
      throw new BridgeError('too_many_subscribers', `too many streams are open on this server (${maxSse})`, {
        retryAfter,
      });
    }
  }

  /** Makes a consumer present on its channels. Returns the function that ends it. */
  #enter(consumer: string | undefined, channels: Selection['channels'], actor: Actor): () => void {
    if (consumer === undefined) return () => undefined;
    const ends = Array.from(channels === 'all' ? [allChannels] : channels, (channel) =>
      this.#parts.presence.began(consumer, 'streaming', channel, actor),
    );
    return () => {
      for (const end of ends) end();
    };
  }

  #publish(changes: readonly Change[]): void {
    const { onDelivered } = this.#parts;
    const started = onDelivered && this.#streams.size > 0 ? performance.now() : undefined;
    for (const stretch of upToInterruptions(changes)) {
      this.#push(stretch);
      const last = stretch.at(-1);
      const said = last && interruption(last);
      if (said) this.#interrupt(said === 'paused');
    }
    this.#published = changes.at(-1)?.position ?? this.#published;
    if (started !== undefined) onDelivered?.(performance.now() - started);
  }

  #interrupt(paused: boolean): void {
    this.#paused = paused;
    for (const subscription of this.#streams) {
      if (paused) subscription.hold();
      else subscription.release();
    }
  }

  #push(changes: readonly Change[]): void {
    for (const [{ subscriptions }, own] of this.#streams.concernedBy(changes)) {
      for (const subscription of subscriptions) subscription.push(own);
    }
  }
}
