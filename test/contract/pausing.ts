import { describe, expect, test } from 'vitest';
import type { Change } from '../../src-main/store/changes.ts';
import { anyText } from '../support/matchers.ts';
import { appendAll, beginning, type CreateData, openStore, readChanges, told, Watching } from './support.ts';

export function pausing(name: string, create: CreateData): void {
  describe(`${name}: pausing`, () => {
    test('is kept, with the moment in which it began', async () => {
      const { store, openAnother } = await openStore(create);
      expect(await store.pause()).toBeUndefined();
      const [message] = await appendAll(store, 'room', ['before']);
      expect(await store.setPaused(true)).toBe(true);
      await appendAll(store, 'room', ['meanwhile']);
      const expected = { since: anyText, afterSeq: message?.seq };
      expect(await store.pause()).toEqual(expected);
      await store.close();
      const reopened = await openAnother();
      expect(await reopened.pause()).toEqual(expected);
      expect(await reopened.setPaused(false)).toBe(true);
      expect(await reopened.pause()).toBeUndefined();
    });

    test('changes nothing when it is so already', async () => {
      const { store } = await openStore(create);
      const watching = new Watching(store);
      expect(await store.setPaused(false)).toBe(false);
      await store.setPaused(true);
      const before = await store.pause();
      expect(await store.setPaused(true)).toBe(false);
      expect(await store.pause()).toEqual(before);
      expect(watching.changes.map(told)).toEqual(['paused']);
    });

    test('has its place in the order of all channels and of each', async () => {
      const { store } = await openStore(create);
      const watching = new Watching(store);
      await appendAll(store, 'room', ['one']);
      await store.setPaused(true);
      await appendAll(store, 'hall', ['elsewhere']);
      await appendAll(store, 'room', ['two']);
      await store.setPaused(false);
      await appendAll(store, 'room', ['three']);
      const all = ['one', 'paused', 'elsewhere', 'two', 'resumed', 'three'];
      const ofRoom = ['one', 'paused', 'two', 'resumed', 'three'];
      expect(watching.changes.map(told)).toEqual(all);
      for (const limit of [1, 2, 100]) {
        expect((await readChanges(store, beginning, { limit })).map(told)).toEqual(all);
        const page = await readChanges(store, beginning, { limit, channel: 'room' });
        expect(page.map(told)).toEqual(ofRoom);
      }
    });

    test('has ids from which every channel can be read on', async () => {
      const { store } = await openStore(create);
      const watching = new Watching(store);
      await store.setPaused(true);
      await appendAll(store, 'room', ['meanwhile']);
      const [paused] = watching.changes as [Change & { kind: 'event' }];
      for (const channel of [undefined, 'room', 'a channel without messages']) {
        const position = await store.locate(channel, paused.event.id);
        expect(position).toEqual(paused.position);
        const scope = channel === undefined ? {} : { channel };
        const rest = position && (await readChanges(store, position, scope));
        expect(rest?.map(told)).toEqual(channel === 'a channel without messages' ? [] : ['meanwhile']);
      }
    });

    test('is told to other processes', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const watching = new Watching(other);
      await store.setPaused(true);
      await watching.count(1);
      expect(await other.pause()).toEqual(await store.pause());
      await other.setPaused(false);
      expect(await store.pause()).toBeUndefined();
      expect(watching.changes.map(told)).toEqual(['paused', 'resumed']);
    });

    test('makes no channel', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', ['one']);
      await store.setPaused(true);
      await store.setPaused(false);
      expect((await store.channels()).map(({ channel }) => channel)).toEqual(['room']);
    });
  });
}
