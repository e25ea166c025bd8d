import { BridgeError } from '../../src-shared/bridge-error.ts';
import { everyChannel, type Change, type MessageStore, type Position } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { RelayLimits } from './limits.ts';
import { interruption, upToInterruptions } from './pausing.ts';
import type { Presence } from './presence.ts';
import { carries, channelOf, keyOf, selects, type Selection } from './selection.ts';
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

/** The subscriptions that carry the same, and so are handed the same. */
interface Group {
  selection: Selection;
  subscriptions: Set<Subscription>;
}

/** Hands committed changes to the streams of their channels. */
export class LiveFeed {
  readonly #parts: LiveFeedParts;
  /** By what they carry. */
  readonly #groups = new Map<string, Group>();
  readonly #groupsOf = new Map<string, Set<Group>>();
  readonly #groupsOfAll = new Set<Group>();
  readonly #streamsOn = new Map<string, number>();
  readonly #unwatch: () => void;
  #published: Position;
  #size = 0;
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
    return this.#size;
  }

  /** Open streams that carry a channel, by name or with all others. */
  on(channel: string): number {
    let count = this.#streamsOn.get(channel) ?? 0;
    for (const { selection, subscriptions } of this.#groupsOfAll) {
      if (carries(selection, channel)) count += subscriptions.size;
    }
    return count;
  }

  /** Streams that are being read forward because they are behind. */
  get lagging(): number {
    let count = 0;
    for (const { lagging } of this.#subscriptions()) if (lagging) count++;
    return count;
  }

  /** How many messages lie between the newest and the position of the stream that is furthest behind. */
  get lag(): number {
    let lag = 0;
    for (const { lagging, position } of this.#subscriptions()) {
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
    this.#add(subscription);
    const left = this.#enter(consumer, channels, actor);
    const close = () => {
      this.#remove(subscription);
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
    for (const subscription of this.#subscriptions()) subscription.end();
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
      if ((this.#streamsOn.get(channel) ?? 0) < maxSsePerChannel) continue;
      throw new BridgeError(
        'too_many_channel_subscribers',
        `too many streams are open on this channel (${maxSsePerChannel})`,
        { retryAfter },
      );
    }
    if (this.#size >= maxSse) {
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

  #add(subscription: Subscription): void {
    this.#groupOf(subscription.selection).subscriptions.add(subscription);
    this.#count(subscription.selection, 1);
  }

  #remove(subscription: Subscription): void {
    subscription.closed();
    const { selection } = subscription;
    const group = this.#groupOf(selection);
    if (group.subscriptions.delete(subscription)) this.#count(selection, -1);
    if (group.subscriptions.size === 0) this.#forget(group);
  }

  #count({ channels }: Selection, by: 1 | -1): void {
    this.#size += by;
    for (const channel of channels === 'all' ? [] : channels) {
      const count = (this.#streamsOn.get(channel) ?? 0) + by;
      if (count === 0) this.#streamsOn.delete(channel);
      else this.#streamsOn.set(channel, count);
    }
  }

  #groupOf(selection: Selection): Group {
    const key = keyOf(selection);
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = { selection, subscriptions: new Set() };
    this.#groups.set(key, group);
    if (selection.channels === 'all') this.#groupsOfAll.add(group);
    else for (const channel of selection.channels) this.#index(channel, group);
    return group;
  }

  #index(channel: string, group: Group): void {
    const groups = this.#groupsOf.get(channel);
    if (groups) groups.add(group);
    else this.#groupsOf.set(channel, new Set([group]));
  }

  #forget(group: Group): void {
    const { channels } = group.selection;
    this.#groups.delete(keyOf(group.selection));
    this.#groupsOfAll.delete(group);
    for (const channel of channels === 'all' ? [] : channels) {
      const groups = this.#groupsOf.get(channel);
      groups?.delete(group);
      if (groups?.size === 0) this.#groupsOf.delete(channel);
    }
  }

  *#subscriptions(): Iterable<Subscription> {
    for (const { subscriptions } of this.#groups.values()) yield* subscriptions;
  }

  #publish(changes: readonly Change[]): void {
    const { onDelivered } = this.#parts;
    const started = onDelivered && this.#size > 0 ? performance.now() : undefined;
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
    for (const subscription of this.#subscriptions()) {
      if (paused) subscription.hold();
      else subscription.release();
    }
  }

  #push(changes: readonly Change[]): void {
    for (const [{ subscriptions }, own] of this.#byGroup(changes)) {
      for (const subscription of subscriptions) subscription.push(own);
    }
  }

  /** The changes that somebody listens to, by who does. */
  #byGroup(changes: readonly Change[]): Map<Group, Change[]> {
    const byGroup = new Map<Group, Change[]>();
    if (this.#size === 0) return byGroup;
    const add = (group: Group, change: Change) => {
      if (!selects(group.selection, change)) return;
      const own = byGroup.get(group);
      if (own) own.push(change);
      else byGroup.set(group, [change]);
    };
    for (const change of changes) {
      const channel = channelOf(change);
      const named = channel === everyChannel ? this.#groups.values() : (this.#groupsOf.get(channel) ?? []);
      for (const group of named) if (group.selection.channels !== 'all') add(group, change);
      for (const group of this.#groupsOfAll) add(group, change);
    }
    return byGroup;
  }
}
