import { expect, test } from 'vitest';
import { beginning, contentsOf, readChanges, told, Watching } from '../contract/support.ts';
import { databaseOfTest, plainConnection } from '../store/support.ts';
import { StoreProcess } from './store-process.ts';

const room = { channel: 'room', sender: 'parent' };

test('two relays and a foreign program see every message of each other once, in one order', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const [child, foreign] = await Promise.all([
    StoreProcess.start(database.path),
    StoreProcess.start(database.path, 'plain'),
  ]);
  const watching = new Watching(store);
  child.order({ do: 'watch' });
  await child.hears('watching');

  child.order({ do: 'send', prefix: 'child', senders: 8, each: 250 });
  foreign.order({ do: 'send', prefix: 'foreign', senders: 1, each: 500 });
  for (let turn = 0; turn < 125; turn++) {
    const drafts = Array.from({ length: 16 }, (_, index) => ({
      ...room,
      content: `parent ${turn}.${index}`,
    }));
    await Promise.all(drafts.map((draft) => store.append(draft)));
  }
  await Promise.all([child.hears('sent'), foreign.hears('sent')]);

  const total = 2_000 + 2_000 + 500;
  await Promise.all([watching.count(total), child.hears('change', total)]);
  const log = (await readChanges(store, beginning)).map(told);
  expect(log).toHaveLength(total);
  expect(watching.changes.map(told)).toEqual(log);
  expect(child.all('change')).toEqual(log);
  expect(plainConnection(database.path).pragma('integrity_check', { simple: true })).toBe('ok');
}, 30_000);

test('a single message of another process is seen without any further write, by the file system alone', async () => {
  const database = databaseOfTest();
  const store = await database.open({ pollMs: () => 1_000_000 });
  const foreign = await StoreProcess.start(database.path, 'plain');
  const watching = new Watching(store);
  for (let turn = 1; turn <= 20; turn++) {
    foreign.order({ do: 'send', prefix: `turn ${turn}`, senders: 1, each: 1 });
    expect((await watching.count(turn)).map(told).at(-1)).toBe(`turn ${turn} 0`);
  }
});

test('a relay that is killed in the middle of a burst takes nothing with it', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const watching = new Watching(store);
  const child = await StoreProcess.start(database.path);
  child.order({ do: 'send', prefix: 'child', senders: 8, each: 100_000 });
  await child.hears('stored', 300);
  await child.kill();

  await store.append({ ...room, content: 'after the kill' });
  await watching.until((changes) => changes.map(told).includes('after the kill'));
  const seen = watching.changes.map(told);
  expect(seen).toEqual((await readChanges(store, beginning)).map(told));
  expect(seen).toEqual(expect.arrayContaining(child.all('stored')));
  expect(contentsOf(await store.latest('room', 1))).toEqual(['after the kill']);
});

test('processes that start on a missing file at the same moment all get to work', async () => {
  const database = databaseOfTest();
  const processes = await Promise.all(Array.from({ length: 6 }, () => StoreProcess.start(database.path)));
  expect(processes.flatMap((process) => process.all('refused'))).toEqual([]);
  for (const [index, process] of processes.entries()) {
    process.order({ do: 'send', prefix: `process ${index}`, senders: 2, each: 5 });
  }
  await Promise.all(processes.map((process) => process.hears('sent')));
  await Promise.all(processes.map((process) => process.close()));
  const store = await database.open();
  expect(await store.totals()).toEqual({ channels: 1, messages: 60 });
});
