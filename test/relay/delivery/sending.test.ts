import { expect, test } from 'vitest';
import { contents, relayOfTest, send, someone, turn } from './support.ts';

test('a hundred identical sends with one key are one message, and no flood', async () => {
  const { relay } = await relayOfTest({ repeatsBeforeWarning: 3, refuseRepeats: true });
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, () => send(relay, 'hello', { idempotency_key: 'k1' })),
  );
  expect(outcomes.filter(({ deduplicated }) => deduplicated)).toHaveLength(99);
  expect(outcomes.filter(({ repeats }) => repeats !== undefined)).toEqual([]);
  const page = await relay.receive({ channel: 'room', limit: 10 }, someone);
  expect(contents(page)).toEqual(['hello']);
});

test('identical repeats are answered with their number, or refused when that is set', async () => {
  const warning = await relayOfTest({ repeatsBeforeWarning: 2 });
  expect((await send(warning.relay, 'again')).repeats).toBeUndefined();
  expect((await send(warning.relay, 'again')).repeats).toBe(2);
  const refusing = await relayOfTest({ repeatsBeforeWarning: 2, refuseRepeats: true });
  await send(refusing.relay, 'again');
  await expect(send(refusing.relay, 'again')).rejects.toMatchObject({ code: 'too_many_messages' });
});

test('a flood is refused before anything is stored, and audited once', async () => {
  const { relay, store } = await relayOfTest({ sendRatePerMinute: 1, sendBurst: 2 });
  const settled = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => send(relay, `message ${n}`)));
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(18);
  expect(await store.after('room', 0, 100)).toHaveLength(2);
  await turn();
  const { events } = await relay.auditLog({ limit: 100 }, someone);
  expect(events.filter(({ event }) => event === 'flood_refused')).toMatchObject([
    { channel: 'room', detail: 'alice' },
  ]);
});

test('a channel is audited as made by its first message, not by a send that is repeated', async () => {
  const { relay } = await relayOfTest();
  for (let count = 0; count < 3; count++) await send(relay, 'hello', { idempotency_key: 'k1' });
  await turn();
  const { events } = await relay.auditLog({ limit: 100 }, someone);
  expect(events.map(({ event }) => event)).toEqual(['channel_create']);
});

test('a sender is present', async () => {
  const { relay } = await relayOfTest();
  await send(relay, 'hello');
  expect(await relay.consumers.agents(someone)).toMatchObject([
    { name: 'alice', principal: 'laptop', transport: 'http', waiting: [], unread: 0, stuck: false },
  ]);
});
