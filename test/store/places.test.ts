import type { Database } from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src-main/store/sqlite/open.ts';
import { beginning, contentsOf, readChanges, told } from '../contract/support.ts';
import { PythonProgram } from './python-file.ts';
import { databaseOfTest, plainConnection } from './support.ts';

/** A few more than twice the messages after which places move from the small table to the large one. */
const messages = 2_100;
const channels = 3;

const channelOf = (index: number) => `room:${index % channels}`;

async function filled() {
  const database = databaseOfTest();
  const store = await database.open();
  await Promise.all(
    Array.from({ length: messages }, (_, index) =>
      store.append({ channel: channelOf(index), sender: 'alice', content: String(index) }),
    ),
  );
  return { database, store, db: plainConnection(database.path) };
}

const rows = (db: Database, table: string) =>
  db.prepare<[], [string, number]>(`SELECT channel, seq FROM ${table} ORDER BY channel, seq`).raw().all();

const countOf = (db: Database, table: string) =>
  db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get();

describe('the places of messages', () => {
  test('are one for each message, of which the small table keeps the newest', async () => {
    const { db } = await filled();
    expect(rows(db, 'relay_places')).toEqual(rows(db, 'messages'));
    // In which of the two the last one before the move is, is for SQLite to decide.
    const recent = countOf(db, 'relay_recent_places');
    expect([messages - 2_048, messages - 2_047]).toContain(recent);
  });

  test('bring pages in order across both tables, forwards and backwards', async () => {
    const { store } = await filled();
    const expected = Array.from({ length: messages }, (_, index) => index)
      .filter((index) => channelOf(index) === 'room:1')
      .map(String);
    expect(contentsOf(await store.latest('room:1', 60))).toEqual(expected.slice(-60));
    expect(contentsOf(await store.latest('room:1', messages))).toEqual(expected);
    expect((await readChanges(store, beginning, { channel: 'room:1' })).map(told)).toEqual(expected);
  });

  test('go with their messages, in both tables', async () => {
    const { store, db } = await filled();
    db.exec(`DELETE FROM messages WHERE content IN ('1', '1000', '2099')`);
    expect(rows(db, 'relay_places')).toEqual(rows(db, 'messages'));
    await store.clear('room:1');
    await expect.poll(() => countOf(db, `messages WHERE channel = 'room:1'`)).toBe(0);
    expect(rows(db, 'relay_places')).toEqual(rows(db, 'messages'));
  });

  test('move without a temporary file, for which there may be no descriptor or no space', () => {
    const { db } = openDatabase(databaseOfTest().path, 'full');
    onTestFinished(() => {
      db.close();
    });
    // 2: in memory (https://sqlite.org/pragma.html#pragma_temp_store).
    expect(db.pragma('temp_store', { simple: true })).toBe(2);
  });

  test('tell the newest message again when the newest ones go', async () => {
    const { store, db } = await filled();
    db.exec('DELETE FROM messages WHERE seq > 1500');
    const [summary] = await store.channels();
    expect(summary).toMatchObject({ channel: 'room:0', count: 500, lastSeq: 1_498 });
  });

  test('are brought by a file of earlier versions, whose index goes', async () => {
    const database = databaseOfTest();
    const python = new PythonProgram(database.path, '1.2.0');
    for (const content of ['one', 'two'])
      python.send({ channel: 'room', sender: 'bob', content, timestamp: '2026-01-05T10:00:00.000001Z' });
    python.close();
    const store = await database.open();
    expect(contentsOf(await store.latest('room', 10))).toEqual(['one', 'two']);
    const db = plainConnection(database.path);
    expect(rows(db, 'relay_settled_places')).toEqual(rows(db, 'messages'));
    const channelIndex = () => countOf(db, `sqlite_schema WHERE name = 'idx_messages_channel'`);
    expect(channelIndex()).toBe(0);

    await store.close();
    new PythonProgram(database.path, '1.2.0').close();
    expect(channelIndex()).toBe(1);
    await database.open();
    expect(channelIndex()).toBe(0);
  });
});
