import { expect, test } from 'vitest';
import { contentsOf } from '../contract/support.ts';
import { databaseOfTest, eventually, plainConnection } from './support.ts';
import { transactionsInLog } from './write-ahead-log.ts';

const rows = 20_000;

/** A channel full of old messages, written the quick way. */
async function withOldMessages() {
  const database = databaseOfTest();
  const store = await database.open();
  const plain = plainConnection(database.path);
  plain.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${rows})
    INSERT INTO messages (id, channel, sender, content, timestamp)
      SELECT 'old ' || n, 'old', 'alice', 'message ' || n, '2020-01-01T00:00:00.000000Z' FROM numbers`);
  await eventually(() => store.head().seq === rows);
  return { store, plain };
}

/** Looks at a count in every turn of the event loop until all is done, and sends one message after the other meanwhile. */
async function observe(
  store: { append: (draft: { channel: string; sender: string; content: string }) => Promise<unknown> },
  count: () => number,
  done: () => boolean,
) {
  const counts = [count()];
  const sends: Promise<unknown>[] = [];
  /** How many steps had been taken when each message was stored. */
  const stepsBefore: number[] = [];
  while (!done()) {
    await new Promise(setImmediate);
    const now = count();
    if (now !== counts.at(-1)) counts.push(now);
    if (stepsBefore.length === sends.length) {
      sends.push(
        store
          .append({ channel: 'new', sender: 'bob', content: `message ${sends.length}` })
          .then(() => stepsBefore.push(counts.length)),
      );
    }
  }
  await Promise.all(sends);
  const steps = counts.slice(1).map((after, index) => (counts[index] ?? 0) - after);
  return { steps, sent: sends.length, stepsBefore };
}

test('a sweep of twenty thousand messages goes in small steps, with other writes in between', async () => {
  const { store, plain } = await withOldMessages();
  const count = plain.prepare<[], number>(`SELECT count FROM relay_channels WHERE channel = 'old'`).pluck();
  let trimmed: number | undefined;
  const trimming = store.trim('2021').then((removed) => (trimmed = removed));
  const { steps, sent, stepsBefore } = await observe(
    store,
    () => count.get() ?? 0,
    () => trimmed !== undefined,
  );
  expect(await trimming).toBe(rows);
  expect(Math.max(...steps)).toBeLessThanOrEqual(250);
  expect(steps.length).toBeGreaterThanOrEqual(rows / 250);
  expect(new Set(stepsBefore).size).toBeGreaterThan(10);
  expect(await store.channels()).toMatchObject([{ channel: 'new', count: sent }]);
});

test('what was cleared is removed in small steps, with other writes in between', async () => {
  const { store, plain } = await withOldMessages();
  const count = plain.prepare<[], number>(`SELECT count(*) FROM messages WHERE channel = 'old'`).pluck();
  await store.clear('old');
  const { steps, sent, stepsBefore } = await observe(
    store,
    () => count.get() ?? 0,
    () => count.get() === 0,
  );
  expect(Math.max(...steps)).toBeLessThanOrEqual(250);
  expect(new Set(stepsBefore).size).toBeGreaterThan(10);
  expect(contentsOf(await store.latest('new', 1))).toEqual([`message ${sent - 1}`]);
  expect(await store.channels()).toMatchObject([{ channel: 'new', count: sent }]);
});

test('many channels that are cleared at the same moment are removed no faster', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const plain = plainConnection(database.path);
  const channels = Array.from({ length: 8 }, (_, index) => `channel ${index}`);
  for (const channel of channels) {
    await Promise.all(
      Array.from({ length: 400 }, () => store.append({ channel, sender: 'alice', content: 'hello' })),
    );
  }
  const count = plain
    .prepare<[], number>(`SELECT count(*) FROM messages WHERE channel LIKE 'channel %'`)
    .pluck();
  await Promise.all(channels.map((channel) => store.clear(channel)));
  const { steps } = await observe(
    store,
    () => count.get() ?? 0,
    () => count.get() === 0,
  );
  expect(Math.max(...steps)).toBeLessThanOrEqual(250);
});

test('many small channels that are cleared at the same moment share more than one transaction', async () => {
  const database = databaseOfTest();
  const store = await database.open();
  const channels = Array.from({ length: 50 }, (_, index) => `channel ${index}`);
  const before = transactionsInLog(database.path);
  const outcomes = await Promise.all(channels.map((channel) => store.clear(channel)));
  expect(outcomes).toHaveLength(50);
  expect(transactionsInLog(database.path) - before).toBe(5);
});

test('clearing a large channel writes hardly anything', async () => {
  const { store, plain } = await withOldMessages();
  const changed = plain.prepare<[], number>(`SELECT count(*) FROM messages WHERE channel = 'old'`).pluck();
  let rowsLeft = 0;
  // Read as the clear is published, which is right after its commit.
  store.watch(() => (rowsLeft = changed.get() ?? 0));
  await store.clear('old');
  expect(rowsLeft).toBe(rows);
});
