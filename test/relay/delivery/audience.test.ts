import { describe, expect, test } from 'vitest';
import { Audience } from '../../../src-main/relay/audience.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { ack, at, fill, rangeOf } from '../../store/delivery/support.ts';
import { databaseOfTest, eventually } from '../../store/support.ts';
import { altered } from '../support.ts';
import { relayOfTest, relayOn, send, someone, turn, waitQuery } from './support.ts';

const nobodyHere = { waiting: 0, streaming: 0 };

/** An audience whose time the test decides. */
async function audienceOfTest() {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  const clock = { now: 0 };
  const failures: unknown[] = [];
  const audience = new Audience({
    store,
    onError: (error) => failures.push(error),
    now: () => clock.now,
  });
  const names = async (channel = 'room', sender = 'alice') =>
    (await audience.of(channel, sender, nobodyHere)).consumers.map(({ consumer_id }) => consumer_id);
  return { database, store, audience, clock, names };
}

test('nobody is there until somebody follows, waits or streams, and the sender is nobody', async () => {
  const { relay } = await relayOfTest();
  const { message, listening } = await send(relay, 'first');
  expect(listening).toEqual({ waiting: 0, streaming: 0, consumers: [], nobody: true });
  await relay.consumers.ack({ channel: 'room', consumer_id: 'alice', message_id: message.id }, someone);
  expect((await send(relay, 'second')).listening.nobody).toBe(true);
  const newest = (await send(relay, 'third')).message;
  const waiting = relay.wait(waitQuery(newest.id), someone);
  await turn();
  expect((await send(relay, 'fourth')).listening).toMatchObject({ waiting: 1, nobody: false });
  await waiting;
});

test('a consumer that has acked is named with the time it was last heard from', async () => {
  const { relay, store } = await relayOfTest();
  const { message } = await send(relay, 'first');
  await relay.consumers.ack({ channel: 'room', consumer_id: 'bob', message_id: message.id }, someone);
  const [state] = await store.consumers();
  const { listening } = await send(relay, 'second');
  expect(listening).toMatchObject({ nobody: false, consumers: [{ consumer_id: 'bob' }] });
  expect(listening.consumers[0]?.last_seen.slice(0, 19)).toBe(state?.lastSeen.slice(0, 19));
  expect((await send(relay, 'elsewhere', { channel: 'hall' })).listening.nobody).toBe(true);
});

describe('followers', () => {
  test('of earlier runs are known from the first send on', async () => {
    const { database, relay, store } = await relayOfTest();
    const { message } = await send(relay, 'first');
    await relay.consumers.ack({ channel: 'room', consumer_id: 'bob', message_id: message.id }, someone);
    relay.stop();
    await store.close();
    const again = await relayOn(database);
    expect((await send(again.relay, 'second')).listening.consumers).toMatchObject([{ consumer_id: 'bob' }]);
  });

  test('that come while others are known are added, from this process and another', async () => {
    const { database, store, names } = await audienceOfTest();
    const other = await database.open();
    const messages = await fill(store, 3);
    expect(await names()).toEqual([]);
    await store.recordRead(rangeOf(at(messages, 0)));
    expect(await names()).toEqual(['bob']);
    let changes = 0;
    store.watch((published) => (changes += published.length));
    await ack(other, at(messages, 0), 'carol');
    await eventually(() => changes > 0);
    expect(await names()).toEqual(['carol', 'bob']);
    expect(await names('room', 'carol')).toEqual(['bob']);
  });

  test('that an administrator removes are gone at once', async () => {
    const { relay } = await relayOfTest();
    const { message } = await send(relay, 'first');
    await relay.consumers.ack({ channel: 'room', consumer_id: 'bob', message_id: message.id }, someone);
    expect((await send(relay, 'second')).listening.nobody).toBe(false);
    await relay.removeConsumer({ channel: 'room', consumer: 'bob' }, someone);
    expect((await send(relay, 'third')).listening.nobody).toBe(true);
  });

  test('that another process removes are gone after some seconds', async () => {
    const { database, store, clock, names } = await audienceOfTest();
    const [message] = await fill(store, 1);
    if (message) await ack(store, message);
    expect(await names()).toEqual(['bob']);
    await (await database.open()).deleteConsumer({ consumer: 'bob', channel: 'room' });
    clock.now += 5_000;
    expect(await names()).toEqual([]);
  });

  test('are named to a bound, those heard from last first', async () => {
    const { store, names } = await audienceOfTest();
    const [message] = await fill(store, 1);
    if (!message) throw new Error('nothing was stored');
    for (let number = 0; number < 25; number++) await ack(store, message, `reader ${number}`);
    const named = await names();
    expect(named).toHaveLength(20);
    expect(named[0]).toBe('reader 24');
    expect(await names('room', 'reader 24')).toHaveLength(20);
  });

  test('are asked for once by many sends at a time', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    let asked = 0;
    const counting = altered(store, {
      followers(channel, limit) {
        asked++;
        return store.followers(channel, limit);
      },
    });
    const audience = new Audience({ store: counting, onError: () => undefined });
    await Promise.all(Array.from({ length: 50 }, async () => audience.of('room', 'alice', nobodyHere)));
    expect(asked).toBe(1);
  });

  test('that cannot be read do not fail a send that is stored, and nobody is not claimed', async () => {
    const database = databaseOfTest();
    const { relay, failures } = await relayOn(database, {}, (store) =>
      altered(store, {
        followers: () => Promise.reject(new BridgeError('storage_busy', 'the database is in use')),
      }),
    );
    expect((await send(relay, 'first')).listening).toMatchObject({ consumers: [], nobody: false });
    expect(failures).toHaveLength(1);
  });
});
