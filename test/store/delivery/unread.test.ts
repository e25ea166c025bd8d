import { describe, expect, test } from 'vitest';
import { databaseOfTest, plainConnection } from '../support.ts';
import { ack, at, fill, rangeOf, stateOf } from './support.ts';

test('unread is what comes after the newest message that was read or acked, without its own', async () => {
  const store = await databaseOfTest().open();
  const messages = await fill(store, 3);
  await store.recordRead(rangeOf(at(messages, 0)));
  expect(await stateOf(store)).toMatchObject({
    ackedSeq: 0,
    ackedId: null,
    ackedAt: null,
    readSeq: at(messages, 0).seq,
    unread: 2,
    unreadMore: false,
    oldestUnreadAt: at(messages, 1).timestamp,
  });
  await ack(store, at(messages, 1));
  expect(await stateOf(store)).toMatchObject({
    ackedId: at(messages, 1).id,
    readSeq: at(messages, 1).seq,
    unread: 1,
    oldestUnreadAt: at(messages, 2).timestamp,
  });
  await fill(store, 2, { sender: 'bob' });
  await fill(store, 4, { channel: 'hall' });
  expect(await stateOf(store)).toMatchObject({ unread: 1 });
  await ack(store, at(messages, 2));
  expect(await stateOf(store)).toMatchObject({ unread: 0, oldestUnreadAt: null });
});

describe('counting', () => {
  test.each([
    [1_000, { unread: 1_000, unreadMore: false }],
    [1_001, { unread: 1_000, unreadMore: true }],
  ])('%i messages goes on to a bound', async (count, expected) => {
    const store = await databaseOfTest().open({ durability: 'normal' });
    const [first] = await fill(store, 1);
    if (!first) throw new Error('nothing was stored');
    await ack(store, first);
    await fill(store, count);
    expect(await stateOf(store)).toMatchObject(expected);
  });

  test('skips what was cleared, also while its rows are still there', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 400);
    await ack(store, at(messages, 0));
    const cleared = store.clear('room');
    const after = store.append({ channel: 'room', sender: 'alice', content: 'after' });
    await cleared;
    const { message } = await after;
    expect(await stateOf(store)).toMatchObject({ unread: 1, oldestUnreadAt: message.timestamp });
  });
});

test('consumers are found by channel, by name and all together', async () => {
  const store = await databaseOfTest().open();
  const [room] = await fill(store, 1);
  const [hall] = await fill(store, 1, { channel: 'hall' });
  if (!room || !hall) throw new Error('nothing was stored');
  await ack(store, room, 'bob');
  await ack(store, hall, 'bob');
  await store.recordRead(rangeOf(room, room, 'carol'));
  const named = async (filter?: Parameters<typeof store.consumers>[0]) =>
    (await store.consumers(filter)).map(({ channel, consumer }) => `${channel} ${consumer}`);
  expect(await named()).toEqual(['hall bob', 'room bob', 'room carol']);
  expect(await named({ channel: 'room' })).toEqual(['room bob', 'room carol']);
  expect(await named({ consumer: 'bob' })).toEqual(['hall bob', 'room bob']);
  expect(await named({ consumer: 'carol', channel: 'hall' })).toEqual([]);
});

test('those who were heard from last are named first', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const [message] = await fill(store, 1);
  if (!message) throw new Error('nothing was stored');
  for (const name of ['bob', 'carol', 'dora']) await ack(store, message, name);
  await store.recordRead(rangeOf(message, message, 'bob'));
  const followers = await store.followers('room', 2);
  expect(followers.map(({ consumer }) => consumer)).toEqual(['bob', 'dora']);
  expect(plainConnection(database.path).prepare('SELECT count(*) FROM relay_followers').pluck().get()).toBe(
    3,
  );
});
