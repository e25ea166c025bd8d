import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentsOf, numbered, told, Watching } from '../contract/support.ts';
import { openDatabase } from '../../src-main/store/sqlite/open.ts';
import { databaseOfTest, plainConnection } from './support.ts';
import { transactionsInLog } from './write-ahead-log.ts';

const room = { channel: 'room', sender: 'alice' };

test('a thousand simultaneous messages share a handful of transactions', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const before = transactionsInLog(database.path);
  await Promise.all(numbered(1_000).map((content) => store.append({ ...room, content })));
  expect(transactionsInLog(database.path) - before).toBe(Math.ceil(1_000 / 256));
});

test('sixteen senders that each wait for their last message share transactions', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const before = transactionsInLog(database.path);
  const sender = async () => {
    for (const content of numbered(20)) await store.append({ ...room, content });
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  expect(transactionsInLog(database.path) - before).toBe(20);
});

test('large messages do not all go into one transaction', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const before = transactionsInLog(database.path);
  const content = 'x'.repeat(131_072);
  await Promise.all(Array.from({ length: 20 }, () => store.append({ ...room, content })));
  expect(transactionsInLog(database.path) - before).toBe(3);
});

test('a message is in the files by the time its sender is told', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  let copies = 0;
  const sends = numbered(600).map(async (content) => {
    const { message } = await store.append({ ...room, content });
    if (message.seq % 200 !== 0) return;
    // What a power cut would leave.
    const copy = join(database.folder, `copy ${copies++}.db`);
    for (const suffix of ['', '-wal']) copyFileSync(`${database.path}${suffix}`, `${copy}${suffix}`);
    const found = plainConnection(copy).prepare('SELECT content FROM messages WHERE id = ?').pluck();
    expect(found.get(message.id)).toBe(content);
  });
  await Promise.all(sends);
  expect(copies).toBe(3);
});

test('a write that the database refuses takes its transaction with it, and nothing else', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const watching = new Watching(store);
  plainConnection(database.path).exec(
    `CREATE TRIGGER picky BEFORE INSERT ON messages WHEN new.content = 'poison' BEGIN
       SELECT raise(ABORT, 'not this one');
     END`,
  );
  await store.append({ ...room, content: 'before' });
  const together = ['beside', 'poison', 'behind'].map((content) => store.append({ ...room, content }));
  for (const outcome of await Promise.allSettled(together)) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { name: 'BridgeError', code: 'storage_failed', retryAfter: 5 },
    });
  }
  const { message } = await store.append({ ...room, content: 'after' });
  expect(message.seq).toBe(2);
  expect(contentsOf(await store.latest('room', 10))).toEqual(['before', 'after']);
  expect(watching.changes.map(told)).toEqual(['before', 'after']);
});

test('a durable store waits for the disk and a fast one does not', () => {
  for (const [durability, level] of [
    ['full', 2],
    ['normal', 1],
  ] as const) {
    const database = databaseOfTest();
    const { db } = openDatabase(database.path, durability);
    expect(db.pragma('synchronous', { simple: true })).toBe(level);
    db.close();
  }
});
