import { describe, expect, test } from 'vitest';
import type { StoredMessage } from '../../src-shared/message.ts';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import {
  appendAll,
  beginning,
  contentsOf,
  type CreateData,
  numbered,
  openStore,
  readChanges,
  summaryOf,
  told,
} from './support.ts';

/** No way of reading shows any of these messages of a channel that was cleared. */
async function expectGone(store: MessageStore, channel: string, messages: readonly StoredMessage[]) {
  expect(await store.latest(channel, messages.length)).toEqual([]);
  expect(await store.after(channel, 0, messages.length)).toEqual([]);
  expect(await summaryOf(store, channel)).toBeUndefined();
  for (const { id } of [messages[0], messages.at(-1)].filter((message) => message !== undefined)) {
    expect(await store.find(id)).toBeUndefined();
    expect(await store.locate(channel, id)).toBeUndefined();
  }
  for (const scope of [{ channel }, {}]) {
    const changes = await readChanges(store, beginning, scope);
    expect(
      changes.filter((change) => change.kind === 'message' && change.message.channel === channel),
    ).toEqual([]);
  }
}

export function clearing(name: string, create: CreateData): void {
  describe(`${name}: clearing`, () => {
    test.for([1, 200, 201, 3_000])('hides %i messages at once from every reader', async (count) => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const kept = await appendAll(store, 'hall', numbered(3, 'kept'));
      const messages = await appendAll(store, 'room', numbered(count));

      const { cleared, event } = await store.clear('room');
      expect(cleared).toBe(count);
      expect(event).toMatchObject({ channel: 'room', type: 'clear', removed: count });
      await expectGone(store, 'room', messages);
      await expectGone(other, 'room', messages);
      await store.close();
      await expectGone(await openAnother(), 'room', messages);
      expect(await other.latest('hall', 10)).toEqual(kept);
      expect(await other.totals()).toEqual({ channels: 1, messages: 3 });
    });

    test('clears nothing, and that is an event too', async () => {
      const { store } = await openStore(create);
      const outcome = await store.clear('room');
      expect(outcome).toMatchObject({ cleared: 0, event: { channel: 'room', type: 'clear', removed: 0 } });
      expect(await readChanges(store, beginning)).toMatchObject([{ kind: 'event', event: outcome.event }]);
      expect(await store.channels()).toEqual([]);
    });

    test.for([3, 500])('keeps what was sent right after clearing %i messages', async (count) => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(count));
      const draft = { channel: 'room', sender: 'bob', content: '' };
      const [, outcome, after] = await Promise.all([
        store.append({ ...draft, content: 'right before' }),
        store.clear('room'),
        store.append({ ...draft, content: 'right after' }),
      ]);
      expect(outcome.cleared).toBe(count + 1);
      expect(after.opensChannel).toBe(true);
      const later = await store.append({ ...draft, content: 'later' });
      expect(contentsOf(await store.latest('room', 10))).toEqual(['right after', 'later']);
      expect(await summaryOf(store, 'room')).toMatchObject({
        channel: 'room',
        count: 2,
        lastSeq: later.message.seq,
        lastTimestamp: later.message.timestamp,
        senders: ['bob'],
      });
      expect((await readChanges(store, beginning, { channel: 'room' })).map(told)).toEqual([
        `clear room ${count + 1}`,
        'right after',
        'later',
      ]);
    });

    test('clears again and again while earlier messages are still being removed', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      for (const count of [2_000, 1, 300, 0, 200]) {
        await appendAll(store, 'room', numbered(count));
        expect(await other.clear('room')).toMatchObject({ cleared: count });
      }
      await appendAll(other, 'room', ['last']);
      expect(contentsOf(await store.latest('room', 100))).toEqual(['last']);
      expect(await store.totals()).toEqual({ channels: 1, messages: 1 });
    });

    test('counts each message once when two stores clear at the same time', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      await appendAll(store, 'room', numbered(700));
      const outcomes = await Promise.all([store.clear('room'), other.clear('room'), store.clear('room')]);
      expect(outcomes.map(({ cleared }) => cleared).sort()).toEqual([0, 0, 700]);
    });

    test('never gives a number again', async () => {
      const { store, openAnother } = await openStore(create);
      const newest = (await appendAll(store, 'room', numbered(250))).at(-1)?.seq ?? 0;
      await store.clear('room');
      await store.close();
      const reopened = await openAnother();
      const [next] = await appendAll(reopened, 'room', ['next']);
      expect(next?.seq).toBe(newest + 1);
    });

    test('leaves the event as a place to read on from', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', ['one', 'two']);
      const { event } = await store.clear('room');
      await appendAll(store, 'room', ['three']);
      const place = await store.locate('room', event.id);
      expect(place).toBeDefined();
      expect(contentsOf(await store.after('room', place?.seq ?? 0, 10))).toEqual(['three']);
      expect((await readChanges(store, place ?? beginning, { channel: 'room' })).map(told)).toEqual([
        'three',
      ]);
    });
  });
}
