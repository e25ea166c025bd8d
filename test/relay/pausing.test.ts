import { describe, expect, test } from 'vitest';
import { appendAll, numbered } from '../contract/support.ts';
import { eventually } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';
import { actor, feedOfTest, feedOn, subscribe } from './support.ts';

/** Streams while the relay is paused: they stay open, are told, and get everything afterwards. */

type Opened = Awaited<ReturnType<typeof feedOfTest>>;

/** Opens a stream that may have to wait: it goes on opening in the background. */
function opening({ feed }: Pick<Opened, 'feed'>, channel: string, since?: string): FakeSink {
  const sink = new FakeSink();
  void feed.subscribe({ channels: [channel], since }, actor, () => sink);
  return sink;
}

describe('a stream that keeps up', () => {
  test('is told in its place, gets nothing meanwhile, and then everything in order', async () => {
    const { store, feed } = await feedOfTest();
    const sinks = [await subscribe(feed, 'room'), await subscribe(feed, 'room')];
    await appendAll(store, 'room', ['before']);
    await store.setPaused(true);
    await appendAll(store, 'room', numbered(120));
    await store.clear('hall');
    for (const sink of sinks) expect(sink.written).toEqual(['before', 'paused']);
    expect(feed.lagging).toBe(0);

    await store.setPaused(false);

    await appendAll(store, 'room', ['after']);
    for (const sink of sinks) {
      expect(await sink.has(124)).toEqual(['before', 'paused', ...numbered(120), 'resumed', 'after']);
    }
    await appendAll(store, 'room', ['live']);
    for (const sink of sinks) expect(sink.written.slice(124)).toEqual(['live']);
  });

  test('of several channels and of all is told once', async () => {
    const { store, feed } = await feedOfTest();
    const several = new FakeSink();
    await feed.subscribe({ channels: ['room', 'hall'] }, actor, () => several);
    const all = new FakeSink();
    await feed.subscribe({ channels: 'all' }, actor, () => all);
    await store.setPaused(true);
    await appendAll(store, 'hall', ['held']);
    await store.setPaused(false);
    for (const sink of [several, all]) expect(await sink.has(3)).toEqual(['paused', 'held', 'resumed']);
  });

  test('gets through several pauses, also when all of it comes at once from another process', async () => {
    const { database, store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    const other = await database.open({ durability: 'normal' });
    await other.setPaused(true);
    await appendAll(other, 'room', ['one']);
    await other.setPaused(false);
    await appendAll(other, 'room', ['two']);
    await other.setPaused(true);
    await appendAll(other, 'room', ['three']);
    // A write of our own makes the store look at what the other has written, all in one go.
    await appendAll(store, 'room', ['four']);
    await store.setPaused(false);
    await sink.until(() => sink.written.at(-1) === 'resumed' && sink.written.includes('four'));
    // How often it was told in between depends on when the writes of the other were noticed.
    const inPlace = sink.written.filter((word) => word !== 'told that it is paused');
    expect(inPlace).toEqual(['paused', 'one', 'resumed', 'two', 'paused', 'three', 'four', 'resumed']);
  });
});

describe('a stream that is behind', () => {
  test('is told at once that it is paused, and goes on where it was', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    sink.congested = true;
    await appendAll(store, 'room', ['one']);
    await appendAll(store, 'room', ['two']);
    await store.setPaused(true);
    sink.drain();
    expect(sink.written).toEqual(['one', 'told that it is paused']);
    await store.setPaused(false);
    expect((await sink.has(5)).slice(2)).toEqual(['two', 'paused', 'resumed']);
  });

  test('does not go on when it was closed meanwhile', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    await store.setPaused(true);
    await appendAll(store, 'room', ['held']);
    sink.close();
    await store.setPaused(false);
    const other = await subscribe(feed, 'room');
    await appendAll(store, 'room', ['live']);
    expect(other.written).toEqual(['live']);
    expect(sink.written).toEqual(['paused']);
    expect(feed.size).toBe(1);
  });

  test('ends in order when the relay stops meanwhile', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    await store.setPaused(true);
    await appendAll(store, 'room', ['held']);
    feed.stop();
    expect(sink.written).toEqual(['paused', 'end']);
  });
});

describe('a stream that is opened meanwhile', () => {
  test('is told so, and starts with what came after it was opened', async () => {
    const { database, store } = await feedOfTest();
    await store.setPaused(true);
    await appendAll(store, 'room', ['before it was opened']);
    // Another process learns of the pause from the data.
    const own = await database.open({ durability: 'normal' });
    const feed = feedOn(own);
    const sink = opening({ feed }, 'room');
    await sink.has(1);
    await appendAll(own, 'room', ['held']);
    expect(sink.written).toEqual(['told that it is paused']);
    await own.setPaused(false);
    expect(await sink.has(3)).toEqual(['told that it is paused', 'held', 'resumed']);
  });

  test('resumes after its cursor, but only then', async () => {
    const { store, feed } = await feedOfTest();
    const [first] = await appendAll(store, 'room', ['one', 'two']);
    await store.setPaused(true);
    const sink = opening({ feed }, 'room', first?.id);
    const stale = opening({ feed }, 'room', 'no such id');
    await stale.has(2);
    await sink.has(1);
    expect([sink.written, stale.written]).toEqual([
      ['told that it is paused'],
      ['stale no such id', 'told that it is paused'],
    ]);
    await store.setPaused(false);
    expect((await sink.has(4)).slice(1)).toEqual(['two', 'paused', 'resumed']);
    expect((await stale.has(3)).slice(2)).toEqual(['resumed']);
  });
});

test('a reader that comes back with the id of the pause misses nothing', async () => {
  const { store, feed } = await feedOfTest();
  const sink = await subscribe(feed, 'room');
  await store.setPaused(true);
  const [paused] = sink.delivered;
  await appendAll(store, 'room', ['held']);
  await store.setPaused(false);
  const again = await subscribe(feed, 'room', { since: paused?.kind === 'event' ? paused.event.id : '' });
  expect(again.written).toEqual(['held', 'resumed']);
  await eventually(() => feed.lagging === 0);
});
