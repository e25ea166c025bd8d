import { onTestFinished } from 'vitest';
import type { RelayLimits } from '../../src-main/relay/limits.ts';
import { LiveFeed } from '../../src-main/relay/live-feed.ts';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import { databaseOfTest } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';

export const limits: RelayLimits = {
  maxMessageBytes: 131_072,
  maxSse: 100,
  maxSsePerChannel: 25,
  sseReplayLimit: 500,
};

/** A store of its own and a live feed on it. */
export async function feedOfTest(changed: Partial<RelayLimits> = {}) {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  const feed = feedOn(store, changed);
  return { database, store, feed };
}

export function feedOn(store: MessageStore, changed: Partial<RelayLimits> = {}): LiveFeed {
  const feed = new LiveFeed(store, () => ({ ...limits, ...changed }));
  onTestFinished(() => feed.stop());
  return feed;
}

/** Opens a stream of a channel and returns its reading end. */
export async function subscribe(
  feed: LiveFeed,
  channel: string,
  query: { since?: string | undefined; pageOn?: boolean } = {},
): Promise<FakeSink> {
  const sink = new FakeSink();
  await feed.subscribe({ channel, ...query }, () => sink);
  return sink;
}

/** A store of which some methods are replaced. */
export function altered(store: MessageStore, methods: Partial<MessageStore>): MessageStore {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === 'function' ? (method.bind(target) as unknown) : method;
    },
  });
}
