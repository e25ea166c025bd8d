import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src-main/store/changes.ts';
import { Watching, beginning, readChanges } from '../../contract/support.ts';
import { databaseOfTest, plainConnection } from '../support.ts';
import { ack, at, fill, rangeOf, receiptsOf, stateOf } from './support.ts';

const distantFuture = '9999-01-01T00:00:00.000000Z';

/** Receipts in a form that is easy to compare. */
function receiptsIn(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    if (change.kind === 'message') return [];
    const { event } = change;
    if (!('consumer' in event)) return [];
    return [`${event.consumer} ${event.type} ${event.firstSeq}-${event.lastSeq}`];
  });
}

test('a message is stored, then read, then acked, with the times of each', async () => {
  const store = await databaseOfTest().open();
  const messages = await fill(store, 3);
  const [first] = messages;
  if (!first) throw new Error('nothing was stored');
  expect(await store.receipts(first)).toEqual([]);
  await store.recordRead(rangeOf(first));
  const [read] = await store.receipts(first);
  expect(read).toMatchObject({ consumer: 'bob', ackedAt: null });
  expect(read?.readAt && read.readAt > first.timestamp).toBe(true);
  await ack(store, first);
  const [acked] = await store.receipts(first);
  expect(acked).toMatchObject({ consumer: 'bob', readAt: read?.readAt });
  expect(acked?.ackedAt && read?.readAt && acked.ackedAt > read.readAt).toBe(true);
  expect(await receiptsOf(store, at(messages, 1))).toEqual({ read: [], acked: [] });
});

test('an ack covers everything before it, a read only what was handed out', async () => {
  const store = await databaseOfTest().open();
  const messages = await fill(store, 6);
  await store.recordRead(rangeOf(at(messages, 2), at(messages, 3)));
  await ack(store, at(messages, 4), 'carol');
  const read = await Promise.all(messages.map((message) => receiptsOf(store, message)));
  expect(read.map((receipts) => receipts.read.join())).toEqual(['', '', 'bob', 'bob', '', '']);
  expect(read.map((receipts) => receipts.acked.join())).toEqual([
    'carol',
    'carol',
    'carol',
    'carol',
    'carol',
    '',
  ]);
});

describe('what was read', () => {
  test('before adds nothing and keeps its time', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 4);
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 3)));
    const known = await store.receipts(at(messages, 1));
    const watching = new Watching(store);
    await store.recordRead(rangeOf(at(messages, 1), at(messages, 2)));
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 3)));
    expect(watching.changes).toEqual([]);
    expect(await store.receipts(at(messages, 1))).toEqual(known);
  });

  test('later than what comes after it is recorded all the same', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 6);
    await store.recordRead(rangeOf(at(messages, 4), at(messages, 5)));
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 1)));
    expect(await receiptsOf(store, at(messages, 0))).toMatchObject({ read: ['bob'] });
    expect(await receiptsOf(store, at(messages, 2))).toMatchObject({ read: [] });
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 5)));
    expect(receiptsIn(await readChanges(store, beginning))).toEqual([
      `bob read ${at(messages, 4).seq}-${at(messages, 5).seq}`,
      `bob read ${at(messages, 0).seq}-${at(messages, 1).seq}`,
      `bob read ${at(messages, 2).seq}-${at(messages, 3).seq}`,
    ]);
  });

  test('between messages of other channels leaves no gaps to fill', async () => {
    const store = await databaseOfTest().open();
    const pages = [];
    for (let page = 0; page < 3; page++) {
      pages.push(await fill(store, 2));
      await fill(store, 2, { channel: 'hall' });
    }
    for (const page of pages) await store.recordRead(rangeOf(at(page, 0), at(page, 1)));
    const watching = new Watching(store);
    await store.recordRead(rangeOf(at(pages[0] ?? [], 0), at(pages[2] ?? [], 1)));
    expect(watching.changes).toEqual([]);
  });

  test('after a reset keeps its first time', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 3);
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 2)));
    await ack(store, at(messages, 2));
    const known = await store.receipts(at(messages, 0));
    await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: 0 });
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 2)));
    await ack(store, at(messages, 1));
    expect(await store.receipts(at(messages, 0))).toEqual(known);
    expect(await stateOf(store)).toMatchObject({ unread: 0, ackedSeq: at(messages, 1).seq });
  });

  test('and is gone meanwhile leaves no receipt', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 2);
    await store.clear('room');
    const watching = new Watching(store);
    await store.recordRead(rangeOf(at(messages, 0), at(messages, 1)));
    expect(watching.changes).toEqual([]);
    expect(await stateOf(store)).toMatchObject({ readSeq: at(messages, 1).seq });
  });
});

test('an ack that skips what an administrator skipped claims nothing about it', async () => {
  const store = await databaseOfTest().open();
  const messages = await fill(store, 6);
  await ack(store, at(messages, 1));
  await store.resetConsumer({ consumer: 'bob', channel: 'room', toSeq: at(messages, 3).seq });
  await ack(store, at(messages, 5));
  const acked = await Promise.all(messages.map((message) => receiptsOf(store, message)));
  expect(acked.map((receipts) => receipts.acked.length)).toEqual([1, 1, 0, 0, 1, 1]);
});

test('receipts are the same in another process and after a restart', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const messages = await fill(store, 5);
  const other = await database.open();
  await store.recordRead(rangeOf(at(messages, 0), at(messages, 4)));
  await ack(other, at(messages, 2));
  await other.recordRead(rangeOf(at(messages, 1), at(messages, 3), 'carol'));
  const known = await Promise.all(messages.map((message) => store.receipts(message)));
  expect(known[2]?.map(({ consumer }) => consumer)).toEqual(['bob', 'carol']);
  expect(await Promise.all(messages.map((message) => other.receipts(message)))).toEqual(known);
  await store.close();
  await other.close();
  const again = await database.open();
  expect(await Promise.all(messages.map((message) => again.receipts(message)))).toEqual(known);
});

test('receipts are published among the messages in the order of commit, here and in another process', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const other = await database.open();
  const here = new Watching(store);
  const there = new Watching(other);
  const [first] = await fill(store, 1);
  if (!first) throw new Error('nothing was stored');
  await Promise.all([
    store.append({ channel: 'room', sender: 'alice', content: 'second' }),
    store.recordRead(rangeOf(first)),
    store.append({ channel: 'room', sender: 'alice', content: 'third' }),
    ack(store, first),
    store.append({ channel: 'room', sender: 'alice', content: 'fourth' }),
  ]);
  const kinds = ['message', 'message', 'read', 'message', 'acked', 'message'];
  for (const watching of [here, there]) {
    const changes = await watching.count(kinds.length);
    expect(changes.map((change) => (change.kind === 'message' ? 'message' : change.event.type))).toEqual(
      kinds,
    );
  }
  expect(there.changes).toEqual(here.changes);
});

test('the id of a receipt is a place to resume from', async () => {
  const store = await databaseOfTest().open();
  const [first] = await fill(store, 1);
  if (!first) throw new Error('nothing was stored');
  const watching = new Watching(store);
  await store.recordRead(rangeOf(first));
  const [change] = await watching.count(1);
  const [later] = await fill(store, 1);
  const position = change?.kind === 'event' ? await store.locate('room', change.event.id) : undefined;
  if (!position) throw new Error('the receipt has no place');
  expect(await store.changes(position, { channel: 'room', limit: 10 })).toMatchObject({
    changes: [{ kind: 'message', message: later }],
  });
});

describe('the sweep of old events', () => {
  test('leaves receipts as long as a message that they speak of is there', async () => {
    const store = await databaseOfTest().open();
    const messages = await fill(store, 4);
    await store.recordRead(rangeOf(at(messages, 1), at(messages, 2)));
    await store.clear('hall');
    await store.sweep({ events: distantFuture });
    expect(await receiptsOf(store, at(messages, 1))).toMatchObject({ read: ['bob'] });
    const left = await readChanges(store, beginning);
    expect(left.filter(({ kind }) => kind === 'event')).toHaveLength(1);
  });

  test('takes them when all of those messages are gone, though others are left', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const messages = await fill(store, 4);
    await store.recordRead(rangeOf(at(messages, 1), at(messages, 2)));
    const db = plainConnection(database.path);
    const remove = db.prepare('DELETE FROM messages WHERE seq = ?');
    const receipts = db.prepare('SELECT count(*) FROM relay_events WHERE consumer IS NOT NULL').pluck();
    remove.run(at(messages, 1).seq);
    await store.sweep({ events: distantFuture });
    expect(receipts.get()).toBe(1);
    remove.run(at(messages, 2).seq);
    await store.sweep({ events: distantFuture });
    expect(receipts.get()).toBe(0);
  });

  test('takes those of a cleared channel, however large, and leaves young events', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const messages = await fill(store, 600);
    for (let index = 0; index < 600; index += 2) {
      void store.recordRead(rangeOf(at(messages, index), at(messages, index), `reader ${index % 7}`));
    }
    await ack(store, at(messages, -1));
    const events = plainConnection(database.path).prepare('SELECT count(*) FROM relay_events').pluck();
    const before = events.get();
    await store.sweep({ events: '2000-01-01T00:00:00.000000Z' });
    expect(events.get()).toBe(before);
    await store.clear('room');
    await store.sweep({ events: distantFuture });
    expect(events.get()).toBe(0);
  });
});
