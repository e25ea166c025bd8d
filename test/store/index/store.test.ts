import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { MessageStore } from '../../../src-main/store/message-store.ts';
import { originalTables } from '../../../src-main/store/sqlite/migrations/001-original-tables.ts';
import { channelSummaries } from '../../../src-main/store/sqlite/migrations/002-channel-summaries.ts';
import { eventLog } from '../../../src-main/store/sqlite/migrations/003-event-log.ts';
import { delivery } from '../../../src-main/store/sqlite/migrations/004-delivery.ts';
import { PythonProgram } from '../python-file.ts';
import { databaseOfTest } from '../support.ts';
import { structured } from './support.ts';

async function found(store: MessageStore, query: string): Promise<string[]> {
  const { hits } = await store.index.search({ query, limit: 1_000 });
  return hits.map(({ content }) => content);
}

test('a store finds what it stores, and what another one stores in the same file', async () => {
  const database = databaseOfTest();
  const [store, other] = [await database.open(), await database.open()];
  await store.append({ channel: 'room', sender: 'alice', content: 'ants here' });
  await other.append({ channel: 'room', sender: 'bob', content: 'ants there' });
  expect(await found(store, 'ants')).toEqual(['ants there', 'ants here']);
  expect(await found(other, 'ants')).toEqual(['ants there', 'ants here']);
  await other.clear('room');
  expect(await found(store, 'ants')).toEqual([]);
});

test('what was found before is found after a restart', async () => {
  const database = databaseOfTest();
  const first = await database.open();
  await first.append({ channel: 'room', sender: 'alice', content: 'ants' });
  expect(await found(first, 'ants')).toHaveLength(1);
  const sent = first.append({ channel: 'room', sender: 'alice', content: 'ants again' });
  await first.close();
  await sent;
  expect(await found(await database.open(), 'ants')).toEqual(['ants again', 'ants']);
});

/** A file as the program left it before there was an index, with so many messages. */
function writeEarlierFile(path: string, count: number): void {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE relay_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)');
  for (const { version, name, sql } of [originalTables, channelSummaries, eventLog, delivery]) {
    db.exec(sql);
    db.prepare(`INSERT INTO relay_migrations VALUES (?, ?, '2026-01-01T00:00:00.000000Z')`).run(
      version,
      name,
    );
  }
  const content = JSON.stringify(structured('task', { content: 'ants' }));
  db.prepare(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
     INSERT INTO messages (id, channel, sender, content, timestamp)
       SELECT 'old ' || n, 'old', 'alice', ?, '2026-01-01T00:00:00.000000Z' FROM numbers`,
  ).run(count, content);
  db.close();
}

test('a file of an earlier version can be used before its messages are indexed', async () => {
  const database = databaseOfTest();
  writeEarlierFile(database.path, 20_000);
  const store = await database.open();
  const { message } = await store.append({ channel: 'new', sender: 'bob', content: 'bees' });
  // Counts wait for no more than a step or two.
  const { behind } = await store.index.openCounts();
  expect(behind).toBeGreaterThan(0);
  expect(behind).toBeLessThanOrEqual(message.seq);
  await expect.poll(() => found(store, 'bees'), { timeout: 20_000 }).toEqual(['bees']);
  expect((await store.index.openCounts()).channels.get('old')?.count).toBe(20_000);
}, 30_000);

describe.for(['0.9.1', '1.2.0'] as const)('a file of the Python program %s', (version) => {
  const timestamp = '2026-01-05T10:00:00.000001Z';

  test('is indexed, and follows what that program writes and removes', async () => {
    const database = databaseOfTest();
    const python = new PythonProgram(database.path, version);
    python.send({ channel: 'room', sender: 'mac', content: 'ants', timestamp });
    const store = await database.open();
    expect(await found(store, 'ants')).toEqual(['ants']);
    const task = JSON.stringify(structured('task', { content: 'bees' }));
    python.send({ channel: 'room', sender: 'mac', content: task, timestamp });
    python.send({ channel: 'hall', sender: 'mac', content: 'ants', timestamp });
    expect(await found(store, 'bees')).toEqual([task]);
    expect((await store.index.openCounts()).channels.get('room')).toMatchObject({ count: 1 });
    python.clear('room', timestamp);
    expect(await found(store, 'ants bees')).toEqual([]);
    expect(await found(store, 'ants')).toEqual(['ants']);
    expect((await store.index.openCounts()).channels).toEqual(new Map());
    expect(python.db.pragma('integrity_check', { simple: true })).toBe('ok');
    python.close();
  });
});
