import { describe, expect, test } from 'vitest';
import type { RestoredMessage } from '../../src-main/store/message-store.ts';
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
  Watching,
} from './support.ts';

function foreign(count: number, channel = 'room'): RestoredMessage[] {
  return numbered(count).map((content, index) => ({
    id: `foreign ${channel} ${index}`,
    channel,
    sender: 'carol',
    content,
    timestamp: `2019-03-01T00:00:00.${String(index).padStart(6, '0')}Z`,
    origin: index % 2 === 0 ? null : { label: 'a laptop', client: { name: 'an agent', version: '1' } },
  }));
}

export function restoring(name: string, create: CreateData): void {
  describe(`${name}: restoring`, () => {
    test('keeps ids, senders, timestamps, contents and order, behind what is there', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const watching = [new Watching(store), new Watching(other)];
      const [own] = await appendAll(store, 'room', ['own']);
      const messages = foreign(300);
      expect(await store.restore(messages)).toBe(300);
      const [last] = await appendAll(store, 'room', ['later']);

      for (const each of [store, other]) {
        expect(await each.after('room', 0, 1_000)).toEqual([
          own,
          ...messages.map((message, index) => ({ ...message, seq: index + 2 })),
          last,
        ]);
        expect(await each.find('foreign room 7')).toEqual({ ...messages[7], seq: 9 });
      }
      expect(await summaryOf(store, 'room')).toMatchObject({ count: 302, senders: ['alice', 'carol'] });
      expect(last?.timestamp.localeCompare(own?.timestamp ?? '')).toBe(1);
      const everything = ['own', ...contentsOf(messages), 'later'];
      for (const each of watching) expect((await each.count(302)).map(told)).toEqual(everything);
      expect((await readChanges(other, beginning)).map(told)).toEqual(everything);
    });

    test('leaves out what is there already, however it is written', async () => {
      const { store } = await openStore(create);
      const messages = foreign(10);
      await store.restore(messages.slice(3, 6));
      expect(await store.restore(messages)).toBe(7);
      expect(await store.restore(messages.map((message) => ({ ...message, content: 'other' })))).toBe(0);
      expect(await store.restore([...foreign(1, 'hall'), ...foreign(1, 'hall')])).toBe(1);
      expect(contentsOf(await store.after('room', 0, 100))).toEqual(
        [3, 4, 5, 0, 1, 2, 6, 7, 8, 9].map((index) => messages[index]?.content),
      );
      expect(await store.totals()).toEqual({ channels: 2, messages: 11 });
    });

    test.for([3, 500])('brings back %i messages that were just cleared', async (count) => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(count));
      await store.clear('room');
      expect(await store.restore(messages)).toBe(count);
      expect(contentsOf(await store.after('room', 0, 1_000))).toEqual(contentsOf(messages));
      expect(await store.totals()).toEqual({ channels: 1, messages: count });
      await store.clear('room');
      expect(await store.totals()).toEqual({ channels: 0, messages: 0 });
    });

    test('reads all channels in one order', async () => {
      const { store } = await openStore(create);
      await store.restore([...foreign(70, 'room'), ...foreign(70, 'hall')]);
      await appendAll(store, 'attic', numbered(100));
      await store.clear('hall');
      const all = await store.after(undefined, 0, 1_000);
      expect(all.map(({ channel }) => channel)).toEqual([
        ...Array.from({ length: 70 }, () => 'room'),
        ...Array.from({ length: 100 }, () => 'attic'),
      ]);
      expect(await store.after(undefined, all[68]?.seq ?? 0, 2)).toEqual(all.slice(69, 71));
    });

    test('puts consumers where they stood, and claims no receipts', async () => {
      const { store } = await openStore(create);
      const { store: elsewhere } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(20));
      const [id5, id9] = [messages[5]?.id ?? '', messages[9]?.id ?? ''];
      await store.acknowledge({ consumer: 'dora', channel: 'room', messageId: id5, metadata: '{"a":1}' });
      await store.recordRead({ consumer: 'dora', channel: 'room', firstSeq: 7, lastSeq: 10 });
      await store.recordRead({ consumer: 'emil', channel: 'room', firstSeq: 1, lastSeq: 3 });
      const upToSeq = store.head().seq;
      const positions = await store.positions({ afterSeq: 0, upToSeq });
      expect(positions).toMatchObject([
        { consumer: 'dora', channel: 'room', ackedId: id5, readId: id9, metadata: '{"a":1}' },
        { consumer: 'emil', channel: 'room', ackedId: null, ackedAt: null, readId: messages[2]?.id },
      ]);

      await appendAll(elsewhere, 'attic', numbered(3));
      await elsewhere.restore(messages);
      for (const position of positions) expect(await elsewhere.restorePosition(position)).toBe(true);
      expect(await elsewhere.positions({ afterSeq: 0, upToSeq: elsewhere.head().seq })).toEqual(positions);
      expect(await elsewhere.consumers()).toMatchObject([
        { consumer: 'dora', ackedSeq: 9, readSeq: 13, unread: 10 },
        { consumer: 'emil', ackedSeq: 0, readSeq: 6, unread: 17 },
      ]);
      expect(await elsewhere.receipts({ ...messages[0], seq: 4 } as never)).toEqual([]);
      for (const position of positions) expect(await elsewhere.restorePosition(position)).toBe(false);
    });

    test('moves no consumer back, and none to a message that is not there', async () => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(5));
      await store.acknowledge({ consumer: 'dora', channel: 'room', messageId: messages[3]?.id ?? '' });
      const [before] = await store.positions({ afterSeq: 0, upToSeq: 5 });
      if (!before) throw new Error('dora has a position');
      const behind = {
        ...before,
        ackedId: messages[1]?.id ?? '',
        readId: null,
        lastSeen: '2019-01-01T00:00:00Z',
      };
      expect(await store.restorePosition(behind)).toBe(false);
      expect(await store.positions({ afterSeq: 0, upToSeq: 5 })).toEqual([before]);
      await expect(store.restorePosition({ ...before, ackedId: 'unknown' })).rejects.toMatchObject({
        code: 'not_found',
        field: 'acked_id',
      });
      await expect(
        store.restorePosition({ ...before, channel: 'hall', ackedId: null, readId: messages[1]?.id ?? '' }),
      ).rejects.toMatchObject({ code: 'not_found', field: 'read_id' });
      expect(await store.consumers({ channel: 'hall' })).toEqual([]);
    });

    test('says where consumers stand by messages that are there, of a stretch of the log', async () => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(300));
      await store.acknowledge({ consumer: 'dora', channel: 'room', messageId: messages[299]?.id ?? '' });
      await appendAll(store, 'hall', ['one']);
      const stretch = (afterSeq: number, upToSeq: number) => store.positions({ afterSeq, upToSeq });
      expect(await stretch(0, 10)).toMatchObject([{ ackedId: messages[9]?.id }]);
      expect(await stretch(299, 301)).toMatchObject([{ ackedId: messages[299]?.id }]);
      expect(await stretch(300, 301)).toMatchObject([{ ackedId: null }]);
      await store.clear('room');
      expect(await store.positions({ afterSeq: 0, upToSeq: 999 })).toMatchObject([
        { ackedId: null, readId: null },
      ]);
    });
  });
}
