import { expect, test } from 'vitest';
import { contentsOf, summaryOf } from '../contract/support.ts';
import { databaseOfTest, eventually, plainConnection } from '../store/support.ts';
import { StoreProcess } from './store-process.ts';

test('no acknowledged message is lost when the process is killed under 16 senders, again and again', async () => {
  const database = databaseOfTest();
  const acknowledged: string[] = [];
  for (let cycle = 0; cycle < 6; cycle++) {
    const child = await StoreProcess.start(database.path);
    child.order({ do: 'send', prefix: `cycle ${cycle}`, senders: 16, each: 100_000 });
    await child.hears('stored', 100 + 57 * cycle);
    await child.kill();
    acknowledged.push(...child.all('stored'));

    const store = await database.open();
    const stored = contentsOf(await store.after('room', 0, 1_000_000));
    expect(new Set(stored).size).toBe(stored.length);
    expect(acknowledged.filter((content) => !stored.includes(content))).toEqual([]);
    expect(await summaryOf(store, 'room')).toMatchObject({ count: stored.length, lastSeq: stored.length });
    // More may be stored than was told: what the child had said last died with it on the way to us.
    await store.close();
  }
  expect(plainConnection(database.path).pragma('integrity_check', { simple: true })).toBe('ok');
}, 30_000);

test('a clear survives the kill that interrupts its removal, and the removal goes on at the next start', async () => {
  const database = databaseOfTest();
  const filling = await database.open();
  const drafts = Array.from({ length: 20_000 }, (_, index) => ({
    channel: 'room',
    sender: 'alice',
    content: `message ${index}`,
  }));
  await Promise.all(drafts.map((draft) => filling.append(draft)));
  await filling.append({ channel: 'hall', sender: 'bob', content: 'kept' });
  await filling.close();

  const child = await StoreProcess.start(database.path);
  child.order({ do: 'clear', channel: 'room' });
  expect(await child.hears('cleared')).toEqual(['20000']);
  await child.kill();
  const plain = plainConnection(database.path);
  const rows = plain.prepare<[], number>('SELECT count(*) FROM messages').pluck();
  expect(rows.get()).toBeGreaterThan(1);

  const store = await database.open();
  expect(await store.totals()).toEqual({ channels: 1, messages: 1 });
  expect(await store.latest('room', 10)).toEqual([]);
  await eventually(() => rows.get() === 1);
  expect(contentsOf(await store.latest('hall', 10))).toEqual(['kept']);
}, 30_000);
