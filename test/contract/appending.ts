import { describe, expect, test } from 'vitest';
import { appendAll, type CreateData, numbered, openStore } from './support.ts';

const timestampForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

export function appending(name: string, create: CreateData): void {
  describe(`${name}: appending`, () => {
    test('keeps names and contents to the letter', async () => {
      const { store, openAnother } = await openStore(create);
      const contents = ['a\r\nb\u2028c\u0085', '🙂 é é ﷽', ' \ufeff', 'x'.repeat(131_072), '{"a": 1e400}'];
      for (const content of contents) {
        const draft = { channel: 'build:ä 🙂', sender: 'Zoë "the" O\'Neil', content };
        const { message } = await store.append(draft);
        expect(message).toMatchObject(draft);
        expect(await store.find(message.id)).toEqual(message);
      }
      const later = await openAnother();
      expect((await later.latest('build:ä 🙂', 10)).map(({ content }) => content)).toEqual(contents);
    });

    test('numbers messages in the order of the calls, whatever their channel', async () => {
      const { store } = await openStore(create);
      const appended = await Promise.all(
        numbered(1_000).map((content, index) =>
          store.append({ channel: `room ${index % 7}`, sender: 'alice', content }),
        ),
      );
      const messages = appended.map(({ message }) => message);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
      expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    });

    test('gives each message a later timestamp than the one before, with six digits', async () => {
      const { store, openAnother } = await openStore(create);
      const early = await appendAll(store, 'room', numbered(300));
      await store.close();
      const late = await appendAll(await openAnother(), 'room', numbered(300));
      const timestamps = [...early, ...late].map(({ timestamp }) => timestamp);
      for (const timestamp of timestamps) expect(timestamp).toMatch(timestampForm);
      expect(timestamps).toEqual([...new Set(timestamps)].sort());
    });

    test('gives ids that sort as they were given', async () => {
      const { store } = await openStore(create);
      const ids = (await appendAll(store, 'room', numbered(300))).map(({ id }) => id);
      expect(ids).toEqual(ids.toSorted());
    });

    test('says which message opens a channel, once among simultaneous ones and again after a clear', async () => {
      const { store } = await openStore(create);
      const opening = async () => {
        const drafts = numbered(5).map((content) => ({ channel: 'room', sender: 'alice', content }));
        return (await Promise.all(drafts.map((draft) => store.append(draft)))).map(
          ({ opensChannel }) => opensChannel,
        );
      };
      expect(await opening()).toEqual([true, false, false, false, false]);
      expect(await opening()).toEqual([false, false, false, false, false]);
      await store.clear('room');
      expect(await opening()).toEqual([true, false, false, false, false]);
    });

    test('orders the messages of two stores on the same data', async () => {
      const { store, openAnother } = await openStore(create);
      const other = await openAnother();
      const seqs: number[] = [];
      const timestamps: string[] = [];
      for (let turn = 0; turn < 40; turn++) {
        const { message } = await (turn % 3 === 0 ? other : store).append({
          channel: 'room',
          sender: 'alice',
          content: `turn ${turn}`,
        });
        seqs.push(message.seq);
        timestamps.push(message.timestamp);
      }
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
      expect(timestamps).toEqual([...new Set(timestamps)].sort());
    });
  });
}
