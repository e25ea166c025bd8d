import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Change, MessageStore, Position } from '../store/message-store.ts';
import type { RelayLimits } from './limits.ts';
import { type StreamSink, Subscription } from './subscription.ts';

/** Seconds after which a refused subscriber should try again. */
const retryAfter = 5;

export interface SubscribeQuery {
  channel: string;
  /** Id of the last message or event the reader has seen; without it the stream starts with what comes next. */
  since?: string | undefined;
  /** Replay everything that was missed instead of ending after the replay limit. */
  pageOn?: boolean;
}

/** Hands committed changes to the streams of their channels. */
export class LiveFeed {
  readonly #store: MessageStore;
  readonly #limits: () => RelayLimits;
  readonly #byChannel = new Map<string, Set<Subscription>>();
  readonly #unwatch: () => void;
  #published: Position;
  #size = 0;
  #stopped = false;

  constructor(store: MessageStore, limits: () => RelayLimits) {
    this.#store = store;
    this.#limits = limits;
    this.#published = store.head();
    this.#unwatch = store.watch((changes) => this.#publish(changes));
  }

  /** Open streams. */
  get size(): number {
    return this.#size;
  }

  /** Streams that are being read forward because they are behind. */
  get lagging(): number {
    let count = 0;
    for (const subscriptions of this.#byChannel.values()) {
      for (const { lagging } of subscriptions) if (lagging) count++;
    }
    return count;
  }

  /**
   * @param open makes the sink, once it is sure that the stream may be opened
   * @throws BridgeError `too_many_channel_subscribers`, `too_many_subscribers` or `shutting_down`
   */
  async subscribe(
    { channel, since, pageOn = false }: SubscribeQuery,
    open: () => StreamSink,
  ): Promise<Subscription> {
    this.#checkCaps(channel);
    const sink = open();
    const subscription = new Subscription({
      store: this.#store,
      channel,
      sink,
      published: () => this.#published,
    });
    this.#add(subscription);
    sink.onceClosed(() => this.#remove(subscription));
    try {
      await this.#begin(subscription, sink, { since, pageOn });
    } catch (error) {
      this.#remove(subscription);
      throw error;
    }
    return subscription;
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatch();
    for (const subscriptions of this.#byChannel.values()) {
      for (const subscription of subscriptions) subscription.end();
    }
  }

  async #begin(
    subscription: Subscription,
    sink: StreamSink,
    { since, pageOn }: { since: string | undefined; pageOn: boolean },
  ): Promise<void> {
    if (since === undefined) {
      subscription.startLive();
      return;
    }
    const position = await this.#store.locate(subscription.channel, since);
    if (position) {
      await subscription.resume(position, pageOn ? Infinity : this.#limits().sseReplayLimit);
    } else {
      sink.reportStale(since);
      await subscription.catchUp();
    }
  }

  #checkCaps(channel: string): void {
    if (this.#stopped) throw new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
    const { maxSse, maxSsePerChannel } = this.#limits();
    if ((this.#byChannel.get(channel)?.size ?? 0) >= maxSsePerChannel) {
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

  #add(subscription: Subscription): void {
    const subscriptions = this.#byChannel.get(subscription.channel);
    if (subscriptions) subscriptions.add(subscription);
    else this.#byChannel.set(subscription.channel, new Set([subscription]));
    this.#size++;
  }

  #remove(subscription: Subscription): void {
    subscription.closed();
    const subscriptions = this.#byChannel.get(subscription.channel);
    if (!subscriptions?.delete(subscription)) return;
    if (subscriptions.size === 0) this.#byChannel.delete(subscription.channel);
    this.#size--;
  }

  #publish(changes: readonly Change[]): void {
    for (const [channel, own] of byChannel(changes, this.#byChannel)) {
      for (const subscription of this.#byChannel.get(channel) ?? []) subscription.push(own);
    }
    this.#published = changes.at(-1)?.position ?? this.#published;
  }
}

/** The changes of those channels that somebody listens to. */
function byChannel(changes: readonly Change[], wanted: ReadonlyMap<string, unknown>): Map<string, Change[]> {
  const grouped = new Map<string, Change[]>();
  if (wanted.size === 0) return grouped;
  for (const change of changes) {
    const { channel } = change.kind === 'message' ? change.message : change.event;
    if (!wanted.has(channel)) continue;
    const group = grouped.get(channel);
    if (group) group.push(change);
    else grouped.set(channel, [change]);
  }
  return grouped;
}
