import { expect, test } from 'vitest';
import { databaseOfTest } from '../support.ts';
import { at, fill } from './support.ts';

const distantFuture = '9999-01-01T00:00:00.000000Z';

test('every loss begins a new epoch of its channel, a clear of nothing does not', async () => {
  const store = await databaseOfTest().open();
  const epochs: unknown[] = [];
  const note = async () =>
    epochs.push((await store.channels()).find(({ channel }) => channel === 'room')?.epoch);
  await fill(store, 2);
  await note();
  await store.clear('hall');
  await fill(store, 1, { channel: 'hall' });
  await store.clear('hall');
  await note();
  for (const count of [1, 400]) {
    await fill(store, count);
    await store.clear('room');
    await fill(store, 1);
    await note();
  }
  await fill(store, 1);
  const [, newest] = await store.latest('room', 2);
  await store.trim(newest?.timestamp ?? '');
  await note();
  const [first, second, ...later] = epochs;
  expect(first).toBe(second);
  expect(new Set([first, ...later]).size).toBe(4);
});

test('a reader learns how much its channel has lost since its cursor', async () => {
  const store = await databaseOfTest().open();
  await fill(store, 5);
  await store.clear('room');
  await new Promise((resolve) => setTimeout(resolve, 2));
  const messages = await fill(store, 3);
  await store.clear('room');
  await fill(store, 400);
  await store.clear('room');
  const lost = await store.lostSince('room', at(messages, 0).id);
  expect(lost?.removed).toBe(403);
  expect(lost && Date.parse(at(messages, 0).timestamp) - Date.parse(lost.since)).toBeLessThan(1_000);
  expect(await store.lostSince('hall', at(messages, 0).id)).toBeUndefined();
});

test('what was removed is counted, though the events that say so have left the log', async () => {
  const store = await databaseOfTest().open();
  const messages = await fill(store, 4);
  await store.clear('room');
  await fill(store, 1);
  await store.sweep({ events: distantFuture });
  expect(await store.lostSince('room', at(messages, 0).id)).toMatchObject({ removed: 4 });
  await fill(store, 2);
  await store.clear('room');
  expect(await store.lostSince('room', at(messages, 0).id)).toMatchObject({ removed: 7 });
});

test('a cursor that is younger than a removal is not told of older ones that have left the log', async () => {
  const store = await databaseOfTest().open();
  await fill(store, 4);
  await store.clear('room');
  await fill(store, 1);
  await store.sweep({ events: distantFuture });
  await fill(store, 2);
  await store.clear('room');
  await new Promise((resolve) => setTimeout(resolve, 2));
  const messages = await fill(store, 2);
  await store.clear('room');
  expect(await store.lostSince('room', at(messages, 0).id)).toMatchObject({ removed: 2 });
});

test.each(['no such id', '7d8b5b2e-8f3c-4d52-9d6e-0d8f8e1c2a3b'])(
  'nothing can be told from %s',
  async (id) => {
    const store = await databaseOfTest().open();
    await fill(store, 2);
    await store.clear('room');
    expect(await store.lostSince('room', id)).toBeUndefined();
  },
);
