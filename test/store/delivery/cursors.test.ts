import { describe, expect, test } from 'vitest';
import { databaseOfTest, plainConnection } from '../support.ts';
import { ack, at, fill, rangeOf, stateOf } from './support.ts';

describe('an ack', () => {
  test('moves the cursor forward and says where it stands', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 5);
    const outcome = await ack(store, at(messages, 2));
    expect(outcome).toMatchObject({
      consumer: 'bob',
      channel: 'room',
      lastSeq: at(messages, 2).seq,
      lastMessageId: at(messages, 2).id,
      advanced: true,
    });
    expect((await store.cursor('bob', 'room'))?.seq).toBe(at(messages, 2).seq);
    expect((await store.cursor('bob', 'hall'))?.seq).toBeUndefined();
    expect((await store.cursor('carol', 'room'))?.seq).toBeUndefined();
  });

  test('that comes late changes nothing, metadata included', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const messages = await fill(store, 5);
    const stands = await ack(store, at(messages, 3), 'bob', '{"step":3}');
    const row = plainConnection(database.path).prepare('SELECT * FROM bridge_consumer_cursors');
    const kept = row.all();
    for (const index of [1, 3]) {
      expect(await ack(store, at(messages, index), 'bob', '{"step":1}')).toEqual({
        ...stands,
        advanced: false,
      });
    }
    expect(row.all()).toEqual(kept);
  });

  test('without metadata keeps what was there', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const messages = await fill(store, 3);
    const metadata = plainConnection(database.path)
      .prepare('SELECT metadata_json FROM bridge_consumer_cursors')
      .pluck();
    await ack(store, at(messages, 0));
    expect(metadata.get()).toBe('{}');
    await ack(store, at(messages, 1), 'bob', '{"step":1}');
    await ack(store, at(messages, 2));
    expect(metadata.get()).toBe('{"step":1}');
  });

  test('many at once, in any order, leave the cursor at the newest', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 40);
    const shuffled = messages.map((_, index) => at(messages, (index * 7) % messages.length));
    const outcomes = await Promise.all(shuffled.map((message) => ack(store, message)));
    let last = 0;
    for (const { lastSeq } of outcomes) {
      expect(lastSeq).toBeGreaterThanOrEqual(last);
      last = lastSeq;
    }
    expect((await store.cursor('bob', 'room'))?.seq).toBe(at(messages, -1).seq);
  });

  test.each([
    ['an unknown id', () => Promise.resolve('no such id')],
    [
      'the id of a message elsewhere',
      async (store: Awaited<ReturnType<ReturnType<typeof databaseOfTest>['open']>>) =>
        at(await fill(store, 1, { channel: 'hall' }), 0).id,
    ],
    [
      'the id of an event',
      async (store: Awaited<ReturnType<ReturnType<typeof databaseOfTest>['open']>>) =>
        (await store.clear('room')).event.id,
    ],
  ])('of %s is refused', async (_, idOf) => {
    const store = await databaseOfTest().open();
    await fill(store, 1);
    const messageId = await idOf(store);
    await expect(store.acknowledge({ consumer: 'bob', channel: 'room', messageId })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await store.consumers()).toEqual([]);
  });

  test('of a cleared message is refused, also while its row is still there', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 400);
    const [, acked] = await Promise.allSettled([store.clear('room'), ack(store, at(messages, 0))]);
    expect(acked).toMatchObject({ reason: { code: 'not_found' } });
  });
});

test('a cursor outlives a clear and a restart', async () => {
  const database = databaseOfTest();
  const before = await database.open();
  const messages = await fill(before, 3);
  await ack(before, at(messages, 2));
  await before.clear('room');
  await before.close();
  const store = await database.open();
  expect((await store.cursor('bob', 'room'))?.seq).toBe(at(messages, 2).seq);
});

describe('a reset', () => {
  test('puts the cursor back, and what was read is unread again', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 5);
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 4)));
    await ack(store, at(messages, 4));
    expect(await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: at(messages, 1).seq })).toBe(
      true,
    );
    expect((await store.cursor('bob', 'room'))?.seq).toBe(at(messages, 1).seq);
    // Nothing was acked by this: there is no id and no time of an ack.
    expect(await stateOf(store)).toMatchObject({ unread: 3, ackedId: null, ackedAt: null });
    expect(await ack(store, at(messages, 2))).toMatchObject({ advanced: true });
  });

  test('keeps metadata', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const [message] = await fill(store, 1);
    if (message) await ack(store, message, 'bob', '{"step":1}');
    await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: 0 });
    expect(
      plainConnection(database.path)
        .prepare('SELECT metadata_json FROM bridge_consumer_cursors')
        .pluck()
        .get(),
    ).toBe('{"step":1}');
  });

  test('works for a consumer that has only read', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 3);
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 2)));
    await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: 0 });
    expect(await stateOf(store)).toMatchObject({ unread: 3, readSeq: 0 });
  });

  test('of an unknown consumer does nothing and says so', async () => {
    const store = await databaseOfTest().open();
    expect(await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: 0 })).toBe(false);
    expect(await store.deleteConsumer({ consumer: 'bob', channel: 'room' })).toBe(false);
    expect(await store.consumers()).toEqual([]);
  });
});

test('a deleted consumer is gone from one channel and starts there from the beginning', async () => {
  const store = await databaseOfTest().open();
  const [room] = await fill(store, 1);
  const [hall] = await fill(store, 1, { channel: 'hall' });
  if (!room || !hall) throw new Error('nothing was stored');
  await ack(store, room);
  await ack(store, hall);
  expect(await store.deleteConsumer({ consumer: 'bob', channel: 'room' })).toBe(true);
  expect((await store.consumers()).map(({ channel }) => channel)).toEqual(['hall']);
  expect((await store.cursor('bob', 'room'))?.seq).toBeUndefined();
  expect((await ack(store, room)).advanced).toBe(true);
});
