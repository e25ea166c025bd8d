import { describe, expect, test } from 'vitest';
import type { Relay } from '../../../src-main/relay/relay.ts';
import { eventually } from '../../store/support.ts';
import { contents, relayOfTest, send, someone, turn } from './support.ts';

async function sendAll(relay: Relay, count: number) {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push((await send(relay, `message ${index}`)).message.id);
  return (index: number) => ids[index] ?? '';
}

/** What a page of two at `query` holds. */
async function page(relay: Relay, query: Record<string, unknown>) {
  return contents(await relay.receive({ channel: 'room', limit: 2, ...query }, someone));
}

test('before wins over since, since over the consumer, and a consumer reads from its cursor on', async () => {
  const { relay } = await relayOfTest();
  const id = await sendAll(relay, 6);
  const bob = { consumer: 'bob' };
  expect(await page(relay, bob)).toEqual(['message 0', 'message 1']);
  await relay.consumers.ack({ channel: 'room', consumer_id: 'bob', message_id: id(1) }, someone);
  expect(await page(relay, bob)).toEqual(['message 2', 'message 3']);
  expect(await page(relay, { ...bob, since: id(3) })).toEqual(['message 4', 'message 5']);
  expect(await page(relay, { ...bob, since: id(3), before: id(2) })).toEqual(['message 0', 'message 1']);
  expect(await page(relay, { before: id(5), maxBytes: 10 })).toEqual(['message 4']);
});

test('what lies before an event is everything up to it', async () => {
  const { relay, store } = await relayOfTest();
  await sendAll(relay, 3);
  const seen: string[] = [];
  store.watch((changes) => {
    for (const change of changes) if (change.kind === 'event') seen.push(change.event.id);
  });
  const { messages, delivered } = await relay.receive(
    { channel: 'room', consumer: 'bob', limit: 1 },
    someone,
  );
  expect(messages).toHaveLength(1);
  delivered();
  await eventually(() => seen.length > 0);
  await send(relay, 'later');
  expect(await page(relay, { before: seen[0] })).toEqual(['message 1', 'message 2']);
  expect(await page(relay, { since: seen[0] })).toEqual(['later']);
});

describe('reading', () => {
  test('is recorded once the answer is out, for a named consumer only', async () => {
    const { relay, store } = await relayOfTest();
    const id = await sendAll(relay, 3);
    const nameless = await relay.receive({ channel: 'room', limit: 10 }, someone);
    nameless.delivered();
    const named = await relay.receive({ channel: 'room', consumer: 'bob', limit: 2 }, someone);
    await turn();
    expect(await store.consumers()).toEqual([]);
    named.delivered();
    await turn();
    const { receipts } = await relay.consumers.receipts(id(1), someone);
    expect(receipts).toMatchObject([{ consumer_id: 'bob', acked_at: null }]);
    expect(receipts[0]?.read_at).not.toBeNull();
    expect((await relay.consumers.receipts(id(2), someone)).receipts).toEqual([]);
    expect((await store.cursor('bob', 'room'))?.seq).toBe(0);
  });

  test('that cannot be recorded changes no answer and is told', async () => {
    const { relay, store, failures } = await relayOfTest();
    await sendAll(relay, 1);
    const { delivered } = await relay.receive({ channel: 'room', consumer: 'bob', limit: 2 }, someone);
    await store.close();
    delivered();
    await turn();
    expect(failures).toMatchObject([{ code: 'shutting_down' }]);
  });
});

test.each(['since', 'before'])('an unknown id as %s is stale and says how much was lost', async (cursor) => {
  const { relay } = await relayOfTest();
  const id = await sendAll(relay, 3);
  await relay.clear({ channel: 'room' }, someone);
  const stale = await relay.receive({ channel: 'room', limit: 2, [cursor]: id(0) }, someone);
  expect(stale).toMatchObject({ stale: true, messages: [], nextCursor: id(0), lost: { removed: 3 } });
});
