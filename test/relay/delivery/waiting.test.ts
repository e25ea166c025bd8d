import { describe, expect, test } from 'vitest';
import { altered } from '../support.ts';
import { databaseOfTest } from '../../store/support.ts';
import { contents, relayOfTest, relayOn, send, someone, turn, waitQuery } from './support.ts';

test('a wait ends with the message that comes, and only its own channel ends it', async () => {
  const { relay } = await relayOfTest();
  const { message: first } = await send(relay, 'first');
  let ended = false;
  const waiting = relay.wait(waitQuery(first.id), someone).finally(() => (ended = true));
  await turn();
  await send(relay, 'elsewhere', { channel: 'hall' });
  await turn();
  expect(ended).toBe(false);
  expect(relay.waiting).toBe(1);
  await send(relay, 'second');
  const page = await waiting;
  expect(contents(page)).toEqual(['second']);
  expect(page.timedOut).toBe(false);
  expect(relay.waiting).toBe(0);
});

test('a wait ends with what another process sends', async () => {
  const { database, relay } = await relayOfTest();
  const other = await relayOn(database);
  const { message: first } = await send(relay, 'first');
  const waiting = relay.wait(waitQuery(first.id), someone);
  await turn();
  await send(other.relay, 'from elsewhere');
  expect(contents(await waiting)).toEqual(['from elsewhere']);
});

test('a wait returns at once what is there, also for a consumer', async () => {
  const { relay } = await relayOfTest();
  const { message: first } = await send(relay, 'first');
  await send(relay, 'second');
  expect(contents(await relay.wait(waitQuery(first.id), someone))).toEqual(['second']);
  expect(contents(await relay.wait(waitQuery(), someone))).toEqual(['first', 'second']);
});

test('a message that comes between the look and the wait ends the wait', async () => {
  const database = databaseOfTest();
  let afterLook: () => Promise<unknown> = () => Promise.resolve();
  const { relay } = await relayOn(database, {}, (store) =>
    altered(store, {
      async afterId(channel, id, limit) {
        const found = await store.afterId(channel, id, limit);
        // What was found is on its way to the waiter when the message is stored and published.
        const happen = afterLook;
        afterLook = () => Promise.resolve();
        await happen();
        return found;
      },
    }),
  );
  const { message: first } = await send(relay, 'first');
  afterLook = () => send(relay, 'in between');
  expect(contents(await relay.wait(waitQuery(first.id), someone))).toEqual(['in between']);
});

test('time-out is a normal answer, with the cursor to go on from', async () => {
  const { relay } = await relayOfTest();
  const { message } = await send(relay, 'first');
  const page = await relay.wait(waitQuery(message.id, 20), someone);
  expect(page).toMatchObject({ messages: [], timedOut: true, stale: false, nextCursor: message.id });
  expect(relay.waiting).toBe(0);
});

describe('a wait with an unknown cursor', () => {
  test('returns at once', async () => {
    const { relay } = await relayOfTest();
    const page = await relay.wait(waitQuery('no such id'), someone);
    expect(page).toMatchObject({ stale: true, timedOut: false, messages: [] });
  });

  test('returns as soon as the channel is cleared under it', async () => {
    const { relay } = await relayOfTest();
    const { message } = await send(relay, 'first');
    const waiting = relay.wait(waitQuery(message.id), someone);
    await turn();
    await relay.clear({ channel: 'room' }, someone);
    expect(await waiting).toMatchObject({ stale: true, timedOut: false, lost: { removed: 1 } });
  });
});

describe('a place among those who wait', () => {
  test('is refused when all are taken, and free again after each way out', async () => {
    const { relay } = await relayOfTest({ maxWaiters: 1 });
    const { message } = await send(relay, 'first');
    const leaving = new AbortController();
    const waiting = relay.wait(waitQuery(message.id, 15_000, leaving.signal), someone);
    await turn();
    await expect(relay.wait(waitQuery(message.id), someone)).rejects.toMatchObject({
      code: 'too_many_waiters',
      retryAfter: 5,
    });
    leaving.abort();
    await waiting;
    expect(relay.waiting).toBe(0);
    await relay.wait(waitQuery(message.id, 1), someone);
    expect(relay.waiting).toBe(0);
    await expect(relay.wait({ ...waitQuery(message.id), since: undefined }, someone)).rejects.toMatchObject({
      code: 'required',
      field: 'cursor',
    });
    expect(relay.waiting).toBe(0);
  });

  test('is free again when the store cannot be read', async () => {
    const { relay, store } = await relayOfTest();
    await store.close();
    await expect(relay.wait(waitQuery(), someone)).rejects.toMatchObject({ code: 'shutting_down' });
    expect(relay.waiting).toBe(0);
  });

  test('ends when the relay stops, and none is given after that', async () => {
    const { relay } = await relayOfTest();
    const { message } = await send(relay, 'first');
    const waits = [1, 2, 3].map(() => relay.wait(waitQuery(message.id), someone));
    await turn();
    relay.stop();
    for (const wait of waits) expect((await wait).timedOut).toBe(true);
    await expect(relay.wait(waitQuery(message.id), someone)).rejects.toMatchObject({ code: 'shutting_down' });
  });

  test('of one who has gone before it began to wait is not kept', async () => {
    const { relay } = await relayOfTest();
    const { message } = await send(relay, 'first');
    await relay.wait(waitQuery(message.id, 15_000, AbortSignal.abort()), someone);
    expect(relay.waiting).toBe(0);
  });
});
