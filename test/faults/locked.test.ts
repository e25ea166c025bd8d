import { expect, test } from 'vitest';
import { contentsOf, numbered } from '../contract/support.ts';
import { databaseOfTest } from '../store/support.ts';
import { StoreProcess } from './store-process.ts';

const room = { channel: 'room', sender: 'alice' };

async function lockedByAnother() {
  const database = databaseOfTest();
  const store = await database.open();
  await store.append({ ...room, content: 'before' });
  const holder = await StoreProcess.start(database.path, 'plain');
  holder.order({ do: 'hold' });
  await holder.hears('held');
  const free = async () => {
    holder.order({ do: 'let go' });
    await holder.hears('free');
  };
  return { database, store, free };
}

test('while another program holds the lock, senders are told to try again, and readers notice nothing', async () => {
  const { store, free } = await lockedByAnother();
  const refused = { name: 'BridgeError', code: 'storage_busy', retryAfter: 1 };
  const sends = ['one', 'two'].map((content) => store.append({ ...room, content }));
  const outcomes = Promise.allSettled([...sends, store.clear('room'), store.ping()]);
  expect(contentsOf(await store.latest('room', 10))).toEqual(['before']);
  expect(await store.totals()).toEqual({ channels: 1, messages: 1 });
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: refused });
  }

  await free();
  await store.append({ ...room, content: 'after' });
  await store.ping();
  expect(contentsOf(await store.latest('room', 10))).toEqual(['before', 'after']);
});

test('the event loop goes on turning while writes wait for the lock', async () => {
  const { store } = await lockedByAnother();
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await expect(store.append({ ...room, content: 'kept out' })).rejects.toMatchObject({
    code: 'storage_busy',
  });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(20);
});

test('writes that wait are committed, in their order, when the lock is let go in time', async () => {
  const { store, free } = await lockedByAnother();
  const contents = numbered(600);
  const sending = Promise.all(contents.map((content) => store.append({ ...room, content })));
  await free();
  await sending;
  expect(contentsOf(await store.latest('room', 1_000))).toEqual(['before', ...contents]);
});

test('everything that waits is refused together, however much it is', async () => {
  const { store } = await lockedByAnother();
  const refusals: number[] = [];
  let turn = 0;
  const timer = setInterval(() => turn++, 1);
  const sends = numbered(2_000).map((content) =>
    store.append({ ...room, content }).catch(() => refusals.push(turn)),
  );
  await Promise.all(sends);
  clearInterval(timer);
  expect(refusals).toHaveLength(2_000);
  expect(new Set(refusals).size).toBe(1);
});

test('a store closes although another program holds the lock, and says so to those who wait', async () => {
  const { database, store, free } = await lockedByAnother();
  const sending = store.append({ ...room, content: 'kept out' });
  const closing = store.close();
  await expect(sending).rejects.toMatchObject({ code: 'storage_busy' });
  await closing;
  await free();
  const reopened = await database.open();
  expect(contentsOf(await reopened.latest('room', 10))).toEqual(['before']);
});

test('a relay that finds the database locked when it starts says so after a while', async () => {
  const { database, free } = await lockedByAnother();
  const patient = await StoreProcess.start(database.path);
  expect(patient.all('refused')).toEqual([
    `BridgeError: cannot open the database ${database.path}: the database is in use by another program`,
  ]);
  await free();
  const lucky = await StoreProcess.start(database.path);
  expect(lucky.all('refused')).toEqual([]);
});
