import { describe, expect, test } from 'vitest';
import type { StoredMessage } from '../../src-shared/message.ts';
import type { Change } from '../../src-main/store/changes.ts';
import { appendAll, numbered } from '../contract/support.ts';
import { eventually } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';
import { actor, altered, feedOfTest, feedOn, subscribe } from './support.ts';

function idOf(messages: readonly StoredMessage[], index: number): string {
  return messages.at(index)?.id ?? '';
}

describe('a stream that keeps up', () => {
  test('carries what happens on its channel from now on', async () => {
    const { store, feed } = await feedOfTest();
    await appendAll(store, 'room', ['before']);
    const sink = await subscribe(feed, 'room');
    await appendAll(store, 'room', ['one', 'two']);
    await appendAll(store, 'hall', ['elsewhere']);
    await store.clear('room');
    await store.clear('hall');
    expect(sink.written).toEqual(['one', 'two', 'clear room 3']);
  });

  test('carries what was sent in the moment it was opened', async () => {
    const { store, feed } = await feedOfTest();
    const sending = appendAll(store, 'room', ['at the same time']);
    const sink = await subscribe(feed, 'room');
    await sending;
    expect(sink.written).toEqual(['at the same time']);
  });

  test('shares each batch with all streams of the channel, so that it is encoded once', async () => {
    const { store, feed } = await feedOfTest();
    const [sink, other] = [await subscribe(feed, 'room'), await subscribe(feed, 'room')];
    await appendAll(store, 'room', numbered(10));
    expect(sink.batches).toHaveLength(1);
    expect(other.batches[0]).toBe(sink.batches[0]);
  });

  test('tells of messages that retention removed', async () => {
    const { store, feed } = await feedOfTest();
    await appendAll(store, 'room', numbered(3));
    const sink = await subscribe(feed, 'room');
    await store.trim('9999');
    expect(sink.written).toEqual(['trimmed room 3']);
  });
});

describe('a stream that resumes', () => {
  test('gets what it missed after its last message, then what comes', async () => {
    const { store, feed } = await feedOfTest();
    const messages = await appendAll(store, 'room', numbered(120));
    await appendAll(store, 'hall', numbered(5, 'elsewhere'));
    const sink = await subscribe(feed, 'room', { since: idOf(messages, 9) });
    expect(sink.written).toEqual(numbered(120).slice(10));
    await appendAll(store, 'room', ['live']);
    expect(sink.written).toEqual([...numbered(120).slice(10), 'live']);
  });

  test('goes on after an event it has seen', async () => {
    const { store, feed } = await feedOfTest();
    await appendAll(store, 'room', ['one']);
    const { event } = await store.clear('room');
    await appendAll(store, 'room', ['two']);
    await store.clear('void');
    await store.clear('room');
    const sink = await subscribe(feed, 'room', { since: event.id });
    expect(sink.written).toEqual(['clear room 1']);
  });

  test.for(['no such id', 'of another channel'])(
    'is told when its cursor is %s, and goes on live',
    async (kind) => {
      const { store, feed } = await feedOfTest();
      const elsewhere = await appendAll(store, 'hall', ['elsewhere']);
      await appendAll(store, 'room', numbered(3));
      const since = kind === 'no such id' ? kind : idOf(elsewhere, 0);
      const sink = await subscribe(feed, 'room', { since });
      expect(sink.written).toEqual([`stale ${since}`]);
      await appendAll(store, 'room', ['live']);
      expect(sink.written).toEqual([`stale ${since}`, 'live']);
    },
  );

  test('is told when its last message was cleared', async () => {
    const { store, feed } = await feedOfTest();
    const messages = await appendAll(store, 'room', numbered(500));
    await store.clear('room');
    const sink = await subscribe(feed, 'room', { since: idOf(messages, -1) });
    expect(sink.written).toEqual([`stale ${idOf(messages, -1)}`]);
  });

  test('may miss as much as the limit allows', async () => {
    const { store, feed } = await feedOfTest({ sseReplayLimit: 70 });
    const messages = await appendAll(store, 'room', numbered(71));
    const sink = await subscribe(feed, 'room', { since: idOf(messages, 0) });
    await appendAll(store, 'room', ['live']);
    expect(sink.written).toEqual([...numbered(71).slice(1), 'live']);
  });

  test('ends after the limit and says so, and the next one goes on from there', async () => {
    const { store, feed } = await feedOfTest({ sseReplayLimit: 70 });
    const messages = await appendAll(store, 'room', numbered(142));
    const sink = await subscribe(feed, 'room', { since: idOf(messages, 0) });
    expect(sink.written).toEqual([...numbered(142).slice(1, 71), 'truncated 70', 'end']);
    expect(feed.size).toBe(0);

    const next = await subscribe(feed, 'room', { since: idOf(messages, 70) });
    expect(next.written).toEqual([...numbered(142).slice(71, 141), 'truncated 70', 'end']);
    const last = await subscribe(feed, 'room', { since: idOf(messages, 140) });
    expect(last.written).toEqual(['message 141']);
    expect(last.ended).toBe(false);
  });

  test('reads on beyond the limit if it asks for that', async () => {
    const { store, feed } = await feedOfTest({ sseReplayLimit: 70 });
    const messages = await appendAll(store, 'room', numbered(333));
    const sink = await subscribe(feed, 'room', { since: idOf(messages, 0), pageOn: true });
    await appendAll(store, 'room', ['live']);
    expect(sink.written).toEqual([...numbered(333).slice(1), 'live']);
  });

  test('waits for a reader that takes its time', async () => {
    const { store, feed } = await feedOfTest();
    const messages = await appendAll(store, 'room', numbered(120));
    const sink = new FakeSink();
    sink.congested = true;
    const resuming = feed.subscribe({ channels: ['room'], since: idOf(messages, 0) }, actor, () => sink);
    await sink.has(50);
    await store.ping();
    expect(sink.written).toHaveLength(50);
    expect(feed.lagging).toBe(1);
    sink.drain();
    await resuming;
    expect(sink.written).toEqual(numbered(120).slice(1));
    expect(feed.lagging).toBe(0);
  });

  test.for(['goes away', 'is sent away'])('does not wait for a reader that %s', async (end) => {
    const { store, feed } = await feedOfTest();
    const messages = await appendAll(store, 'room', numbered(120));
    const sink = new FakeSink();
    sink.congested = true;
    const resuming = feed.subscribe({ channels: ['room'], since: idOf(messages, 0) }, actor, () => sink);
    await sink.has(50);
    if (end === 'goes away') sink.close();
    else feed.stop();
    await resuming;
    expect(sink.batches).toHaveLength(1);
  });
});

describe('between opening and replaying', () => {
  /** A store that answers a question only when it is told to. */
  async function slowFeed(question: 'locate' | 'changes') {
    const { store } = await feedOfTest();
    let answer: () => void = () => undefined;
    const allowed = new Promise<void>((resolve) => (answer = resolve));
    const slow = altered(store, {
      locate: async (...args) => {
        const position = store.locate(...args);
        if (question === 'locate') await allowed;
        return position;
      },
      changes: async (...args) => {
        const page = store.changes(...args);
        if (question === 'changes') await allowed;
        return page;
      },
    });
    return { store, feed: feedOn(slow), answer };
  }

  test.for(['locate', 'changes'] as const)('nothing is lost or doubled (%s)', async (question) => {
    const { store, feed, answer } = await slowFeed(question);
    const messages = await appendAll(store, 'room', ['one', 'two']);
    const sink = new FakeSink();
    const opening = feed.subscribe({ channels: ['room'], since: idOf(messages, 0) }, actor, () => sink);
    await appendAll(store, 'room', ['meanwhile']);
    await store.clear('void');
    answer();
    await opening;
    await appendAll(store, 'room', ['live']);
    expect(sink.written).toEqual(['two', 'meanwhile', 'live']);
  });

  test.for(['locate', 'changes'] as const)(
    'nothing is lost or doubled after a stale cursor (%s)',
    async (question) => {
      const { store, feed, answer } = await slowFeed(question);
      await appendAll(store, 'room', ['before']);
      const sink = new FakeSink();
      const opening = feed.subscribe({ channels: ['room'], since: 'unknown' }, actor, () => sink);
      await appendAll(store, 'room', ['meanwhile']);
      answer();
      await opening;
      await appendAll(store, 'room', ['live']);
      expect(sink.written).toEqual(['stale unknown', 'meanwhile', 'live']);
    },
  );

  test('a reader that goes away gets nothing any more', async () => {
    const { store, feed, answer } = await slowFeed('changes');
    const messages = await appendAll(store, 'room', ['one', 'two']);
    const sink = new FakeSink();
    const opening = feed.subscribe({ channels: ['room'], since: idOf(messages, 0) }, actor, () => sink);
    await store.ping();
    sink.close();
    expect(feed.size).toBe(0);
    answer();
    await opening;
    expect(sink.written).toEqual([]);
  });
});

/** A reader that is congested by every delivery, and has drained a turn of the event loop later. */
class RestingSink extends FakeSink {
  override deliver(changes: readonly Change[]): void {
    super.deliver(changes);
    this.congested = true;
    setImmediate(() => this.drain());
  }
}

describe('a stream that falls behind', () => {
  test('is read forward when its reader has caught its breath, then live again', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    sink.congested = true;
    await appendAll(store, 'room', ['last before the pause']);
    expect(feed.lagging).toBe(1);
    const missed = numbered(130, 'missed');
    await appendAll(store, 'room', missed);
    expect(sink.written).toEqual(['last before the pause']);

    sink.drain();
    await sink.has(131);
    await eventually(() => feed.lagging === 0);
    await appendAll(store, 'room', ['live']);
    expect(sink.written).toEqual(['last before the pause', ...missed, 'live']);
  });

  test('learns of a clear, but gets none of the messages that went with it', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    sink.congested = true;
    await appendAll(store, 'room', ['one']);
    await appendAll(store, 'room', numbered(300));
    await store.clear('room');
    await appendAll(store, 'room', ['after']);
    sink.drain();
    await sink.has(3);
    expect(sink.written).toEqual(['one', 'clear room 301', 'after']);
  });

  test('leaves nothing behind at a reader that needs a rest after every delivery', async () => {
    const { store, feed } = await feedOfTest();
    const messages = await appendAll(store, 'room', numbered(1_001));
    const sink = new RestingSink();
    await feed.subscribe({ channels: ['room'], since: idOf(messages, 0), pageOn: true }, actor, () => sink);
    expect(sink.written).toEqual(numbered(1_001).slice(1));
    expect(sink.batches.length).toBeGreaterThan(11);
    expect(sink.closeListeners).toBe(1);
  });

  test('holds nobody else up', async () => {
    const { store, feed } = await feedOfTest();
    const [slow, quick] = [await subscribe(feed, 'room'), await subscribe(feed, 'room')];
    slow.congested = true;
    await appendAll(store, 'room', ['one']);
    await appendAll(store, 'room', ['two']);
    expect(quick.written).toEqual(['one', 'two']);
    expect(slow.written).toEqual(['one']);
  });

  test('is over when its reader goes away meanwhile', async () => {
    const { store, feed } = await feedOfTest();
    const sink = await subscribe(feed, 'room');
    sink.congested = true;
    await appendAll(store, 'room', ['one']);
    sink.close();
    expect([feed.size, feed.lagging]).toEqual([0, 0]);
    await appendAll(store, 'room', ['two']);
    sink.drain();
    await store.ping();
    expect(sink.written).toEqual(['one']);
  });

  test('ends when the store cannot be read, so that its reader resumes later', async () => {
    const { store } = await feedOfTest();
    const feed = feedOn(altered(store, { changes: () => Promise.reject(new Error('the disk is gone')) }));
    const sink = await subscribe(feed, 'room');
    sink.congested = true;
    await appendAll(store, 'room', ['one']);
    sink.drain();
    await sink.has(2);
    expect(sink.written).toEqual(['one', 'end']);
    expect(feed.size).toBe(0);
  });
});

describe('limits', () => {
  test('a channel takes so many streams, and a new one when another has closed', async () => {
    const { feed } = await feedOfTest({ maxSsePerChannel: 2 });
    const sinks = [await subscribe(feed, 'room'), await subscribe(feed, 'room')];
    await expect(subscribe(feed, 'room')).rejects.toMatchObject({
      code: 'too_many_channel_subscribers',
      retryAfter: 5,
    });
    await subscribe(feed, 'hall');
    expect(feed.size).toBe(3);
    sinks[0]?.close();
    await subscribe(feed, 'room');
    expect(feed.size).toBe(3);
  });

  test('the server takes so many streams, and a new one when another has closed', async () => {
    const { feed } = await feedOfTest({ maxSse: 2 });
    const sink = await subscribe(feed, 'room');
    await subscribe(feed, 'hall');
    await expect(subscribe(feed, 'attic')).rejects.toMatchObject({
      code: 'too_many_subscribers',
      retryAfter: 5,
    });
    sink.close();
    await subscribe(feed, 'attic');
  });

  test('nothing is opened for a stream that is refused', async () => {
    const { feed } = await feedOfTest({ maxSse: 0 });
    let opened = false;
    const refused = feed.subscribe({ channels: ['room'] }, actor, () => {
      opened = true;
      return new FakeSink();
    });
    await expect(refused).rejects.toThrow();
    expect(opened).toBe(false);
  });

  test('a stream that cannot be opened takes no place', async () => {
    const { store, feed } = await feedOfTest();
    const failing = feed.subscribe({ channels: ['room'] }, actor, () => {
      throw new Error('the socket is gone');
    });
    await expect(failing).rejects.toThrow('the socket is gone');
    expect(feed.size).toBe(0);

    const troubled = feedOn(altered(store, { locate: () => Promise.reject(new Error('the disk is gone')) }));
    await expect(subscribe(troubled, 'room', { since: 'any' })).rejects.toThrow('the disk is gone');
    expect(troubled.size).toBe(0);
  });

  test('a reader that is gone before it is served takes no place', async () => {
    const { feed } = await feedOfTest();
    const sink = new FakeSink();
    sink.close();
    await feed.subscribe({ channels: ['room'] }, actor, () => sink);
    expect([feed.size, feed.lagging]).toEqual([0, 0]);
  });
});

test('stopping ends every stream and takes no further one', async () => {
  const { store, feed } = await feedOfTest();
  const sinks = [await subscribe(feed, 'room'), await subscribe(feed, 'room'), await subscribe(feed, 'hall')];
  const behind = sinks[0];
  if (behind) behind.congested = true;
  await appendAll(store, 'room', ['one']);
  feed.stop();
  expect(sinks.map(({ ended }) => ended)).toEqual([true, true, true]);
  expect(feed.size).toBe(0);
  await expect(subscribe(feed, 'room')).rejects.toMatchObject({ code: 'shutting_down' });
  await appendAll(store, 'room', ['two']);
  behind?.drain();
  await store.ping();
  expect(behind?.written).toEqual(['one', 'end']);
});
