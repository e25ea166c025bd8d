import { onTestFinished } from 'vitest';
import type { Actor } from '../../../src-main/relay/actor.ts';
import { Audit } from '../../../src-main/relay/audit.ts';
import type { RelayLimits } from '../../../src-main/relay/limits.ts';
import { Relay } from '../../../src-main/relay/relay.ts';
import type { MessageStore } from '../../../src-main/store/message-store.ts';
import { parseSend } from '../../../src-shared/api/sending.ts';
import { everything } from '../../support/access.ts';
import { databaseOfTest, type ScratchDatabase } from '../../store/support.ts';

const limits: RelayLimits = {
  maxMessageBytes: 131_072,
  maxSse: 100,
  maxSsePerChannel: 25,
  sseReplayLimit: 500,
  maxWaiters: 100,
  stuckMinutes: 10,
  presenceMinutes: 15,
  sendRatePerMinute: 600_000,
  sendBurst: 10_000,
  repeatsBeforeWarning: 0,
  refuseRepeats: false,
  maxHops: 1_000,
};

export const someone: Actor = { principal: 'laptop', access: everything, transport: 'http' };

/** A relay on a store of its own; what failed beside an answer is an error of the test. */
export async function relayOfTest(changed: Partial<RelayLimits> = {}) {
  const database = databaseOfTest();
  return { database, ...(await relayOn(database, changed)) };
}

/** A relay of another process on the same file. */
export async function relayOn(
  database: ScratchDatabase,
  changed: Partial<RelayLimits> = {},
  alter: (store: MessageStore) => MessageStore = (store) => store,
) {
  const store = await database.open({ durability: 'normal' });
  const failures: unknown[] = [];
  const onError = (error: unknown) => failures.push(error);
  const audit = new Audit({ store, enabled: () => true, onError });
  const relay = new Relay({ store: alter(store), audit, limits: () => ({ ...limits, ...changed }), onError });
  onTestFinished(() => relay.stop());
  return { relay, store, failures };
}

export function send(relay: Relay, content: string, more: Record<string, unknown> = {}, actor = someone) {
  return relay.send(parseSend({ channel: 'room', sender: 'alice', content, ...more }), actor);
}

/** A wait in the room from a message on, or of bob. */
export function waitQuery(since?: string, timeoutMs = 15_000, signal = new AbortController().signal) {
  const from = since === undefined ? { consumer: 'bob' } : { since };
  return { channel: 'room', ...from, limit: 10, timeoutMs, signal };
}

export function contents({ messages }: { messages: readonly { content: string }[] }): string[] {
  return messages.map(({ content }) => content);
}

/** Lets everything that is under way go on until it waits for something outside. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
