import { describe, expect, test } from 'vitest';
import { payloadDigests } from '../../../src-main/relay/payload-digest.ts';
import { Watching, beginning, readChanges } from '../../contract/support.ts';
import { databaseOfTest, eventually, plainConnection } from '../support.ts';
import { fill, keyed } from './support.ts';

const sendsAtOnce = 100;

test('a hundred identical sends at once store one message and publish it once', async () => {
  const store = await databaseOfTest().open();
  const watching = new Watching(store);
  const outcomes = await Promise.all(
    Array.from({ length: sendsAtOnce }, () => store.append(keyed('hello', 'k1'))),
  );
  expect(new Set(outcomes.map(({ message }) => message.id)).size).toBe(1);
  expect(outcomes.filter(({ deduplicated }) => deduplicated)).toHaveLength(sendsAtOnce - 1);
  expect(outcomes.filter(({ opensChannel }) => opensChannel)).toHaveLength(1);
  expect(await store.after('room', 0, 10)).toHaveLength(1);
  expect(watching.changes).toHaveLength(1);
});

test('identical sends of two processes at once store one message', async () => {
  const database = databaseOfTest();
  const stores = [await database.open(), await database.open()];
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => stores.map((store) => store.append(keyed('hello', 'k1')))).flat(),
  );
  expect(outcomes.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
  expect(new Set(outcomes.map(({ message }) => message.seq)).size).toBe(1);
});

test('a send is known again after a restart', async () => {
  const database = databaseOfTest();
  const before = await database.open();
  const first = await before.append(keyed('hello', 'k1'));
  await before.close();
  const again = await (await database.open()).append(keyed('hello', 'k1'));
  expect(again).toEqual({ message: first.message, deduplicated: true, opensChannel: false });
});

test('a key belongs to its sender and its channel', async () => {
  const store = await databaseOfTest().open();
  await store.append(keyed('hello', 'k1'));
  const others = [
    { ...keyed('other', 'k1'), sender: 'bob' },
    { ...keyed('other', 'k1'), channel: 'hall' },
    keyed('other', 'k2'),
  ];
  for (const draft of others) expect((await store.append(draft)).deduplicated).toBe(false);
});

describe('a refused send', () => {
  test('does not undo or fail the other writes of its transaction', async () => {
    const store = await databaseOfTest().open();
    const { message: original } = await store.append(keyed('hello', 'k1'));
    const watching = new Watching(store);
    const settled = await Promise.allSettled([
      store.append({ channel: 'room', sender: 'bob', content: 'before' }),
      store.append(keyed('something else', 'k1')),
      store.acknowledge({ consumer: 'bob', channel: 'room', messageId: 'no such id' }),
      store.append(keyed('another', 'k2')),
      store.append({ channel: 'room', sender: 'bob', content: 'after' }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(settled[1]).toMatchObject({ reason: { code: 'conflict', field: 'idempotency_key' } });
    expect(settled[2]).toMatchObject({ reason: { code: 'not_found', field: 'message_id' } });
    const stored = await store.after('room', 0, 10);
    expect(stored.map(({ content }) => content)).toEqual(['hello', 'before', 'another', 'after']);
    expect(stored[0]).toEqual(original);
    expect(watching.changes).toHaveLength(3);
  });

  test('may be the only one of its transaction', async () => {
    const store = await databaseOfTest().open();
    await store.append(keyed('hello', 'k1'));
    await expect(store.append(keyed('other', 'k1'))).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.append(keyed('hello', 'k1'))).deduplicated).toBe(true);
  });
});

describe('a key is free again', () => {
  test.each([3, 400])('as soon as a channel of %i messages was cleared', async (count) => {
    const database = databaseOfTest();
    const store = await database.open();
    await fill(store, count);
    await store.append(keyed('hello', 'k1'));
    // Both in one transaction: the rows of a large channel are still there.
    const [, again] = await Promise.all([store.clear('room'), store.append(keyed('something else', 'k1'))]);
    expect(again.deduplicated).toBe(false);
    const keys = plainConnection(database.path)
      .prepare<[], number>('SELECT message_seq FROM bridge_idempotency')
      .pluck();
    // The rows go in the background, and the new key stays.
    const rows = plainConnection(database.path).prepare<[], number>('SELECT count(*) FROM messages').pluck();
    await eventually(() => rows.get() === 1);
    expect(keys.all()).toEqual([again.message.seq]);
    expect((await store.append(keyed('something else', 'k1'))).deduplicated).toBe(true);
  });

  test('when its message has outlived its time', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await store.append(keyed('hello', 'k1'));
    expect(await store.trim('9999-01-01T00:00:00.000000Z')).toBe(1);
    expect(
      plainConnection(database.path).prepare('SELECT count(*) FROM bridge_idempotency').pluck().get(),
    ).toBe(0);
    expect((await store.append(keyed('something else', 'k1'))).deduplicated).toBe(false);
  });

  test('when another program removes its message', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    await store.append(keyed('hello', 'k1'));
    plainConnection(database.path).exec("DELETE FROM messages WHERE channel = 'room'");
    expect((await store.append(keyed('something else', 'k1'))).deduplicated).toBe(false);
  });
});

describe('a key of another program', () => {
  /** Writes a row as 1.2.0 does (wire specification 2.4). */
  async function withKey(row: {
    digest: string;
    state: 'pending' | 'committed';
    id?: string;
    seq?: number;
    expires?: string;
  }) {
    const database = databaseOfTest();
    const store = await database.open();
    plainConnection(database.path)
      .prepare("INSERT INTO bridge_idempotency VALUES ('room', 'alice', 'k1', ?, ?, ?, ?, ?, ?)")
      .run(
        row.digest,
        row.state,
        row.id ?? null,
        row.seq ?? null,
        '2026-11-22T15:56:43.012387Z',
        row.expires ?? null,
      );
    return { database, store };
  }

  test('holds a send up while it is reserved', async () => {
    const { store } = await withKey({
      digest: payloadDigests('hello').v1,
      state: 'pending',
      expires: '9999-01-01T00:00:00.000000Z',
    });
    await expect(store.append(keyed('hello', 'k1'))).rejects.toMatchObject({
      code: 'in_progress',
      field: 'idempotency_key',
      retryAfter: 1,
    });
    expect(await store.after('room', 0, 10)).toEqual([]);
  });

  test('that was reserved and left behind is taken over once it has expired', async () => {
    const { store } = await withKey({
      digest: 'f'.repeat(64),
      state: 'pending',
      expires: '2020-11-23T15:56:43.012387Z',
    });
    expect((await store.append(keyed('hello', 'k1'))).deduplicated).toBe(false);
    expect((await store.append(keyed('hello', 'k1'))).deduplicated).toBe(true);
  });

  test('that was reserved and left behind goes with the sweep, others stay', async () => {
    const { database, store } = await withKey({
      digest: 'f'.repeat(64),
      state: 'pending',
      expires: '2020-11-23T15:56:43.012387Z',
    });
    const db = plainConnection(database.path);
    const columns = 'channel, sender, idempotency_key, payload_sha256, state, created_at, expires_at';
    db.prepare(
      `INSERT INTO bridge_idempotency (${columns}) VALUES ('room', 'alice', 'held', ?, 'pending', ?, ?)`,
    ).run('f'.repeat(64), '2026-11-22T15:56:43.012387Z', '9999-01-01T00:00:00.000000Z');
    await store.append(keyed('hello', 'own'));
    await store.sweep({ events: '2000-01-01T00:00:00.000000Z' });
    expect(db.prepare('SELECT idempotency_key FROM bridge_idempotency ORDER BY 1').pluck().all()).toEqual([
      'held',
      'own',
    ]);
  });

  test('is known by its own digest', async () => {
    const database = databaseOfTest();
    const store = await database.open();
    const { message } = await store.append({ channel: 'room', sender: 'alice', content: 'hello' });
    plainConnection(database.path)
      .prepare("INSERT INTO bridge_idempotency VALUES ('room', 'alice', 'k1', ?, 'committed', ?, ?, ?, NULL)")
      .run(payloadDigests('hello').v1, message.id, message.seq, message.timestamp);
    expect(await store.append(keyed('hello', 'k1'))).toEqual({
      message,
      deduplicated: true,
      opensChannel: false,
    });
    await expect(store.append(keyed('something else', 'k1'))).rejects.toMatchObject({ code: 'conflict' });
  });

  test('whose message was edited away answers with what it recorded', async () => {
    const { store } = await withKey({
      digest: payloadDigests('hello').v1,
      state: 'committed',
      id: 'gone',
      seq: 7,
    });
    const { message, deduplicated } = await store.append(keyed('hello', 'k1'));
    expect(deduplicated).toBe(true);
    expect(message).toMatchObject({ id: 'gone', seq: 7, timestamp: '2026-11-22T15:56:43.012387Z' });
    expect(await readChanges(store, beginning)).toEqual([]);
  });
});
