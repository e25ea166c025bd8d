import { expect, onTestFinished, test } from 'vitest';
import { Retention, type RetentionPolicy } from '../../src-main/relay/retention.ts';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import { beginning, contentsOf, readChanges, told } from '../contract/support.ts';
import { databaseOfTest, plainConnection } from '../store/support.ts';
import { altered, feedOn, subscribe } from './support.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

const policy: RetentionPolicy = {
  retentionDays: 3,
  retentionSweepSeconds: 3_600,
  auditRetentionDays: 90,
  eventRetentionDays: 7,
};

/** A store with a message of each age, in ms, oldest first. */
async function storeWithAges(ages: readonly number[]) {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  const plain = plainConnection(database.path);
  const insert = plain.prepare(
    `INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, 'room', 'alice', ?, ?)`,
  );
  plain.transaction(() => {
    for (const [index, age] of ages.entries()) {
      insert.run(`id ${index}`, `message ${index}`, timestampOf(age));
    }
  })();
  return { store, plain };
}

function timestampOf(age: number): string {
  return new Date(Date.now() - age).toISOString().replace('Z', '000Z');
}

/** A retention that tells of each sweep: the messages it removed, or what went wrong. */
function retentionOfTest(store: MessageStore, changed: Partial<RetentionPolicy> = {}) {
  const outcomes: unknown[] = [];
  let waiting: (() => void)[] = [];
  const note = (outcome: unknown) => {
    outcomes.push(outcome);
    for (const wake of waiting) wake();
    waiting = [];
  };
  const retention = new Retention({
    store,
    policy: () => ({ ...policy, ...changed }),
    onTrimmed: note,
    onError: note,
  });
  onTestFinished(() => retention.stop());
  const has = async (count: number) => {
    while (outcomes.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return outcomes;
  };
  return { retention, outcomes, has };
}

test('a sweep at start removes messages beyond the limit, and streams learn of it', async () => {
  const { store } = await storeWithAges([
    3 * dayMs + minuteMs,
    3 * dayMs + minuteMs,
    3 * dayMs - minuteMs,
    0,
  ]);
  const sink = await subscribe(feedOn(store), 'room');
  const { retention, has } = retentionOfTest(store);
  retention.start();
  expect(await has(1)).toEqual([2]);
  expect(contentsOf(await store.latest('room', 10))).toEqual(['message 2', 'message 3']);
  await sink.until(() => sink.written.includes('trimmed room 2'));
});

test('without a limit messages stay for ever, but events and audit entries do not', async () => {
  const { store, plain } = await storeWithAges([4_000 * dayMs]);
  const entry = plain.prepare('INSERT INTO audit (timestamp, event) VALUES (?, ?)');
  entry.run(timestampOf(90 * dayMs + minuteMs), 'old');
  entry.run(timestampOf(90 * dayMs - minuteMs), 'young');
  const event = plain.prepare(
    `INSERT INTO relay_events (id, channel, type, removed, after_seq, timestamp) VALUES (?, 'room', 'clear', 0, 1, ?)`,
  );
  event.run('old', timestampOf(7 * dayMs + minuteMs));
  event.run('young', timestampOf(7 * dayMs - minuteMs));
  const { retention, outcomes } = retentionOfTest(store, { retentionDays: 0 });
  retention.start();
  await retention.stop();
  expect(outcomes).toEqual([]);
  expect((await store.audit({ limit: 10 })).map((row) => row.event)).toEqual(['young']);
  expect((await readChanges(store, beginning)).map(told)).toEqual(['message 0', 'clear room 0']);
});

test('a limit longer than the calendar removes nothing', async () => {
  const { store } = await storeWithAges([4_000 * dayMs]);
  const { retention, outcomes } = retentionOfTest(store, { retentionDays: 1_000_000_000 });
  retention.start();
  await retention.stop();
  expect(outcomes).toEqual([]);
  expect(await store.totals()).toMatchObject({ messages: 1 });
});

test('it sweeps again and again, each time by the limits of that moment', async () => {
  const { store } = await storeWithAges([5 * dayMs, 2 * dayMs, 0]);
  const changing = { retentionDays: 4, retentionSweepSeconds: 0.005 };
  const { retention, has } = retentionOfTest(store, changing);
  retention.start();
  expect(await has(1)).toEqual([1]);
  changing.retentionDays = 1;
  expect(await has(2)).toEqual([1, 1]);
  expect(contentsOf(await store.latest('room', 10))).toEqual(['message 2']);
});

test('a sweep that fails is told, and the next one tries again', async () => {
  const { store } = await storeWithAges([5 * dayMs]);
  let tries = 0;
  const troubled = altered(store, {
    trim: (...args) => (++tries === 1 ? Promise.reject(new Error('the disk is full')) : store.trim(...args)),
  });
  const { retention, has } = retentionOfTest(troubled, { retentionSweepSeconds: 0.005 });
  retention.start();
  expect(await has(2)).toEqual([new Error('the disk is full'), 1]);
});

test('it stops in the middle of a long sweep, and what was removed by then is an event', async () => {
  const { store } = await storeWithAges(Array.from({ length: 5_000 }, () => 5 * dayMs));
  const { retention, outcomes } = retentionOfTest(store);
  retention.start();
  await store.append({ channel: 'hall', sender: 'bob', content: 'meanwhile' });
  await retention.stop();
  const [removed] = outcomes as number[];
  expect(removed).toBeGreaterThan(0);
  expect(removed).toBeLessThan(5_000);
  const events = (await readChanges(store, beginning)).filter(({ kind }) => kind === 'event');
  expect(events.map(told)).toEqual([`trimmed room ${removed ?? 0}`]);
  expect(await store.totals()).toMatchObject({ messages: 5_001 - (removed ?? 0) });
});
