import { onTestFinished } from 'vitest';
import type { SendRequest } from '../../src-shared/api/sending.ts';
import type { Actor } from '../../src-main/relay/actor.ts';
import type { RelayLimits } from '../../src-main/relay/limits.ts';
import { LiveFeed } from '../../src-main/relay/live-feed.ts';
import { Presence } from '../../src-main/relay/presence.ts';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import { databaseOfTest } from '../store/support.ts';
import { everything } from '../support/access.ts';
import { FakeSink } from './fake-sink.ts';

export const limits: RelayLimits = {
  maxMessageBytes: 131_072,
  maxSse: 100,
  maxSsePerChannel: 25,
  sseReplayLimit: 500,
  maxWaiters: 1_000,
  stuckMinutes: 10,
  presenceMinutes: 15,
  sendRatePerMinute: 600_000,
  sendBurst: 100_000,
  repeatsBeforeWarning: 10,
  refuseRepeats: false,
  maxHops: 1_000,
};

/** Somebody of whom nothing but the credential is known. */
export const actor: Actor = { principal: 'a tester', access: everything, transport: 'http' };

/** Alice's request to send a text without a key. */
export function textRequest(content: string, channel = 'room'): SendRequest {
  return { channel, sender: 'alice', content, form: 'content', key: undefined };
}

/** For what is told of errors when none is expected. */
export function rethrow(error: unknown): never {
  throw error;
}

/** A store of its own and a live feed on it. */
export async function feedOfTest(changed: Partial<RelayLimits> = {}) {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  const feed = feedOn(store, changed);
  return { database, store, feed };
}

export function feedOn(store: MessageStore, changed: Partial<RelayLimits> = {}): LiveFeed {
  const feed = liveFeed(store, changed);
  onTestFinished(() => feed.stop());
  return feed;
}

/** A live feed that whoever asked for it stops. */
export function liveFeed(store: MessageStore, changed: Partial<RelayLimits> = {}): LiveFeed {
  const current = { ...limits, ...changed };
  const presence = new Presence({ expiryMs: () => current.presenceMinutes * 60_000 });
  return new LiveFeed({ store, limits: () => current, presence, onError: rethrow });
}

/** Opens a stream of a channel and returns its reading end. */
export async function subscribe(
  feed: LiveFeed,
  channel: string,
  query: { since?: string | undefined; pageOn?: boolean } = {},
): Promise<FakeSink> {
  const sink = new FakeSink();
  await feed.subscribe({ channels: [channel], ...query }, actor, () => sink);
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
