import { describe, expect, test } from 'vitest';
import { appendAll, contentsOf, type CreateData, numbered, openStore } from './support.ts';

export function reading(name: string, create: CreateData): void {
  describe(`${name}: reading`, () => {
    test.for([0, 1, 63, 64, 65, 199, 200, 500])(
      'reads the newest %i messages, oldest first',
      async (limit) => {
        const { store } = await openStore(create);
        await appendAll(store, 'other', ['before']);
        await appendAll(store, 'room', numbered(200));
        await appendAll(store, 'other', ['after']);
        const newest = limit === 0 ? [] : numbered(200).slice(-limit);
        expect(contentsOf(await store.latest('room', limit))).toEqual(newest);
      },
    );

    test.for([1, 64, 65, 500])('reads the %i oldest messages after a place, oldest first', async (limit) => {
      const { store } = await openStore(create);
      const messages = await appendAll(store, 'room', numbered(200));
      await appendAll(store, 'other', ['elsewhere']);
      const seq = messages[49]?.seq ?? 0;
      expect(contentsOf(await store.after('room', seq, limit))).toEqual(numbered(200).slice(50, 50 + limit));
      expect(await store.after('room', messages.at(-1)?.seq ?? 0, limit)).toEqual([]);
    });

    test('reads long pages of large messages completely', async () => {
      const { store } = await openStore(create);
      const contents = numbered(150).map((text) => text.padEnd(50_000, '.'));
      await appendAll(store, 'room', contents);
      expect(contentsOf(await store.latest('room', 150))).toEqual(contents);
      expect(contentsOf(await store.after('room', 0, 150))).toEqual(contents);
    });

    test('reads nothing from a channel that holds nothing', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', ['one']);
      expect(await store.latest('Room', 10)).toEqual([]);
      expect(await store.after('room ', 0, 10)).toEqual([]);
    });

    test('finds a message by its exact id only', async () => {
      const { store } = await openStore(create);
      const [message] = await appendAll(store, 'room', ['one']);
      const id = message?.id ?? '';
      expect(await store.find(id)).toEqual(message);
      expect(await store.find(id.toUpperCase())).toBeUndefined();
      expect(await store.find(`${id} `)).toBeUndefined();
      expect(await store.find('')).toBeUndefined();
    });

    test('locates messages and events in their own channel only', async () => {
      const { store } = await openStore(create);
      const [first, second] = await appendAll(store, 'room', ['one', 'two']);
      const { event } = await store.clear('other');
      const [third] = await appendAll(store, 'room', ['three']);
      expect(await store.locate('room', first?.id ?? '')).toMatchObject({ seq: first?.seq });
      expect(await store.locate('other', first?.id ?? '')).toBeUndefined();
      expect(await store.locate('room', event.id)).toBeUndefined();
      expect(await store.locate('room', 'never given')).toBeUndefined();

      const place = await store.locate('other', event.id);
      expect(place).toMatchObject({ seq: second?.seq });
      expect(await store.after('room', place?.seq ?? 0, 10)).toEqual([third]);
    });

    test('lists channels and their senders in binary order', async () => {
      const { store } = await openStore(create);
      // In UTF-16 order U+FF5E would come after the emoji, in a locale's order "a" before "B".
      const names = ['B', 'a', 'ä', '～', '🙂'];
      for (const channel of names.toReversed()) {
        for (const sender of names.toReversed()) await store.append({ channel, sender, content: 'hello' });
      }
      const summaries = await store.channels();
      expect(summaries.map(({ channel }) => channel)).toEqual(names);
      for (const { senders } of summaries) expect(senders).toEqual(names);
    });

    test('sums up each channel and all of them', async () => {
      const { store } = await openStore(create);
      expect(await store.totals()).toEqual({ channels: 0, messages: 0 });
      expect(await store.channels()).toEqual([]);
      await appendAll(store, 'room', numbered(3));
      const last = (await appendAll(store, 'room', ['last'])).at(-1);
      await appendAll(store, 'hall', numbered(2));
      expect(await store.totals()).toEqual({ channels: 2, messages: 6 });
      expect((await store.channels())[1]).toMatchObject({
        channel: 'room',
        count: 4,
        lastSeq: last?.seq,
        lastTimestamp: last?.timestamp,
        senders: ['alice'],
      });
    });
  });
}
