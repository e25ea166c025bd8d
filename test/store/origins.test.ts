import { expect, test } from 'vitest';
import type { Origin } from '../../src-shared/message.ts';
import { openDatabase } from '../../src-main/store/sqlite/open.ts';
import { Origins } from '../../src-main/store/sqlite/origins.ts';
import { Watching } from '../contract/support.ts';
import { databaseOfTest, plainConnection } from './support.ts';

const laptop: Origin = { label: 'atlas-laptop', client: { name: 'example-agent', version: '1.2' } };
const script: Origin = { label: 'atlas-laptop', client: null };

function draft(content: string, origin?: Origin) {
  return { channel: 'room', sender: 'alice', content, origin };
}

test('a message keeps by whom it was sent, in whatever way it is read, and after the file is opened again', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const watching = new Watching(store);
  for (const origin of [laptop, script, undefined]) await store.append(draft('hello', origin));
  const expected = [laptop, script, null];
  const originsOf = (messages: { origin: Origin | null }[]) => messages.map(({ origin }) => origin);
  const appended = await store.latest('room', 10);
  expect(originsOf(appended)).toEqual(expected);
  expect(await store.find(appended[0]?.id ?? '')).toMatchObject({ origin: laptop });
  const live = watching.changes.map((change) => change.kind === 'message' && change.message.origin);
  expect(live).toEqual(expected);
  await store.close();
  const again = await database.open();
  expect(originsOf(await again.after('room', 0, 10))).toEqual(expected);
  const { changes } = await again.changes({ seq: 0, event: 0 }, { limit: 10 });
  expect(changes.map((change) => change.kind === 'message' && change.message.origin)).toEqual(expected);
});

test('each origin is stored once, however much it sends', async () => {
  const database = databaseOfTest();
  const [store, other] = [await database.open(), await database.open()];
  for (let count = 0; count < 20; count++) {
    await store.append(draft(`${count}`, { ...laptop }));
    await other.append(draft(`${count} too`, count % 2 === 0 ? laptop : script));
  }
  const rows = plainConnection(database.path).prepare('SELECT label, client_name FROM relay_origins').all();
  expect(rows).toHaveLength(2);
  const messages = await store.latest('room', 100);
  expect(messages.filter(({ origin }) => origin?.client)).toHaveLength(30);
});

test('what another program writes has no origin, and a number that stands for none is none', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const byHand = plainConnection(database.path);
  const insert = byHand.prepare(
    'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
  );
  insert.run('a', 'room', 'python', 'hello', '2026-01-31T08:15:00.000000Z');
  insert.run('b', 'room', 'python', 'hello', '2026-01-31T08:15:01.000000Z');
  byHand.exec("UPDATE messages SET relay_origin = 77 WHERE id = 'b'");
  expect((await store.latest('room', 10)).map(({ origin }) => origin)).toEqual([null, null]);
});

test('a transaction that fails leaves nothing behind that others could be taken for', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const byHand = plainConnection(database.path);
  byHand.exec(`CREATE TRIGGER no_bob BEFORE INSERT ON messages WHEN new.sender = 'bob' BEGIN
    SELECT raise(FAIL, 'not bob'); END`);
  const failing = store.append({ ...draft('lost', laptop), sender: 'bob' });
  await expect(failing).rejects.toMatchObject({ code: 'storage_failed' });
  const { message: first } = await store.append(draft('first', script));
  const { message: second } = await store.append(draft('second', laptop));
  expect([first.origin, second.origin]).toEqual([script, laptop]);
  const fresh = await database.open();
  expect((await fresh.latest('room', 10)).map(({ origin }) => origin)).toEqual([script, laptop]);
});

test('clients that call themselves ever new names fill no table: from some number on only the credential is kept', () => {
  const { db } = openDatabase(databaseOfTest().path, 'normal');
  const origins = new Origins(db, 3);
  const kept = Array.from({ length: 6 }, (_, index) =>
    origins.intern({ label: 'atlas', client: { name: `agent ${index}`, version: '1' } }),
  );
  expect(kept.map(({ origin }) => origin.client?.name)).toEqual([
    'agent 0',
    'agent 1',
    'agent 2',
    undefined,
    undefined,
    undefined,
  ]);
  expect(origins.intern({ label: 'orion', client: null }).origin.label).toBe('orion');
  expect(db.prepare('SELECT count(*) FROM relay_origins').pluck().get()).toBe(5);
  db.close();
});
