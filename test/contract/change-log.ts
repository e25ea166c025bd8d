import { describe, expect, test } from 'vitest';
import type { Change } from '../../src-main/store/changes.ts';
import {
  appendAll,
  beginning,
  type CreateData,
  numbered,
  type OpenedStore,
  openStore,
  readChanges,
  told,
  Watching,
} from './support.ts';

/** Messages and clears of two channels, some of them in the same moment; returns them as they were published. */
async function mixedHistory({ store, openAnother }: OpenedStore): Promise<Change[]> {
  const watching = new Watching(store);
  const other = await openAnother();
  // Clears of channels that hold nothing, so that no message disappears from the log.
  await store.clear('empty');
  await Promise.all([
    appendAll(store, 'room', numbered(3, 'first')),
    store.clear('empty'),
    store.clear('void'),
  ]);
  await appendAll(store, 'hall', numbered(2, 'hall'));
  await appendAll(other, 'room', numbered(2, 'foreign'));
  await other.clear('void');
  await Promise.all([store.clear('empty'), appendAll(store, 'room', numbered(3, 'last'))]);
  await other.clear('empty');
  return watching.count(16);
}

const historyInOrder = [
  ['clear empty 0'],
  ['first 0', 'first 1', 'first 2', 'clear empty 0', 'clear void 0'],
  ['hall 0', 'hall 1', 'foreign 0', 'foreign 1', 'clear void 0'],
  ['clear empty 0', 'last 0', 'last 1', 'last 2', 'clear empty 0'],
].flat();

export function changeLog(name: string, create: CreateData): void {
  describe(`${name}: the log of changes`, () => {
    test('holds messages and events in the order in which they were committed', async () => {
      const opened = await openStore(create);
      const published = await mixedHistory(opened);
      expect(published.map(told)).toEqual(historyInOrder);
      expect((await readChanges(opened.store, beginning)).map(told)).toEqual(historyInOrder);
    });

    test('reads the same in pages of any size', async () => {
      const opened = await openStore(create);
      await mixedHistory(opened);
      for (let limit = 1; limit <= historyInOrder.length + 1; limit++) {
        expect((await readChanges(opened.store, beginning, { limit })).map(told)).toEqual(historyInOrder);
        expect((await readChanges(opened.store, beginning, { limit, channel: 'empty' })).map(told)).toEqual([
          'clear empty 0',
          'clear empty 0',
          'clear empty 0',
          'clear empty 0',
        ]);
      }
    });

    test('goes on from the place of any published change, and of any message or event', async () => {
      const opened = await openStore(create);
      const published = await mixedHistory(opened);
      for (const [index, change] of published.entries()) {
        expect((await readChanges(opened.store, change.position)).map(told)).toEqual(
          historyInOrder.slice(index + 1),
        );
        const { id, channel } = change.kind === 'message' ? change.message : change.event;
        const place = await opened.store.locate(channel, id);
        expect((await readChanges(opened.store, place ?? beginning)).map(told)).toEqual(
          historyInOrder.slice(index + 1),
        );
      }
    });

    test('says where a page ends and whether more follows', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(3));
      await appendAll(store, 'hall', numbered(3));
      const page = await store.changes(beginning, { channel: 'room', limit: 3 });
      expect(page.more).toBe(false);
      expect(page.position).toEqual(store.head());
      expect(await store.changes(beginning, { channel: 'room', limit: 2 })).toMatchObject({ more: true });
      expect(await store.changes(store.head(), { limit: 10 })).toEqual({
        changes: [],
        position: store.head(),
        more: false,
      });
    });

    test('tells every watcher of every change once, and none that has left', async () => {
      const { store } = await openStore(create);
      const [early, leaving] = [new Watching(store), new Watching(store)];
      await appendAll(store, 'room', ['one', 'two']);
      leaving.stop();
      const late = new Watching(store);
      await store.clear('room');
      await appendAll(store, 'room', ['three']);
      expect(early.changes.map(told)).toEqual(['one', 'two', 'clear room 2', 'three']);
      expect(leaving.changes.map(told)).toEqual(['one', 'two']);
      expect(late.changes.map(told)).toEqual(['clear room 2', 'three']);
      expect(early.changes.at(-1)?.position).toEqual(store.head());
    });

    test('publishes a change before its writer learns of it', async () => {
      const { store } = await openStore(create);
      const watching = new Watching(store);
      await appendAll(store, 'room', ['one']);
      expect(watching.changes.map(told)).toEqual(['one']);
      await store.clear('room');
      expect(watching.changes.map(told)).toEqual(['one', 'clear room 1']);
    });

    test('keeps telling the others when a watcher fails', async () => {
      const { store } = await openStore(create);
      store.watch(() => {
        throw new Error('this watcher is broken');
      });
      const watching = new Watching(store);
      await appendAll(store, 'room', ['one']);
      await appendAll(store, 'room', ['two']);
      expect(watching.changes.map(told)).toEqual(['one', 'two']);
    });

    test('tells each of two stores of the changes of both, in the same order', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const [mine, theirs] = [new Watching(store), new Watching(other)];
      for (let round = 0; round < 30; round++) {
        await Promise.all([
          appendAll(store, 'room', numbered(7, `mine ${round}`)),
          appendAll(other, 'room', numbered(3, `theirs ${round}`)),
          round % 10 === 0 ? other.clear('empty') : undefined,
        ]);
      }
      const total = 30 * 10 + 3;
      const [here, there] = await Promise.all([mine.count(total), theirs.count(total)]);
      expect(here).toEqual(there);
      expect(here).toHaveLength(total);
      expect(here).toEqual(await readChanges(store, beginning));
    });

    test('tells of a single change of another store without any further one', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const watching = new Watching(store);
      for (let round = 1; round <= 5; round++) {
        const [message] = await appendAll(other, 'room', [`lonely ${round}`]);
        const changes = await watching.count(round);
        expect(changes.at(-1)).toMatchObject({ message });
      }
    });
  });
}
