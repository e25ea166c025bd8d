import { describe, expect, test } from 'vitest';
import { appendAll, contentsOf, type CreateData, numbered, openStore, Watching } from './support.ts';

export function lifeCycle(name: string, create: CreateData): void {
  describe(`${name}: opening and closing`, () => {
    test('answers a ping', async () => {
      const { store } = await openStore(create);
      await expect(store.ping()).resolves.toBeUndefined();
    });

    test('keeps everything that was asked of it before it was closed', async () => {
      const { store, openAnother } = await openStore(create);
      const watching = new Watching(store);
      const appending = appendAll(store, 'room', numbered(1_000));
      const clearing = store.clear('hall');
      const closing = store.close();
      expect(await appending).toHaveLength(1_000);
      await clearing;
      await closing;
      expect(watching.changes).toHaveLength(1_001);
      expect(contentsOf(await (await openAnother()).latest('room', 2_000))).toEqual(numbered(1_000));
    });

    test('says what it takes up', async () => {
      const { store } = await openStore(create);
      const before = await store.size();
      await appendAll(store, 'room', [...numbered(20, 'x'.repeat(20_000))]);
      const after = await store.size();
      expect(after.bytes + after.logBytes).toBeGreaterThan(before.bytes + before.logBytes + 300_000);
    });

    test('closes once, however often it is asked to', async () => {
      const { store, openAnother } = await openStore(create);
      await appendAll(store, 'room', ['one']);
      await Promise.all([store.close(), store.close()]);
      await store.close();
      expect(await (await openAnother()).totals()).toMatchObject({ messages: 1 });
    });

    test.for(['while it is closing', 'when it is closed'])('refuses work %s, with a code', async (moment) => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(500));
      const closing = store.close();
      if (moment === 'when it is closed') await closing;
      const refused = { code: 'shutting_down', retryAfter: 1 };
      await expect(store.append({ channel: 'room', sender: 'bob', content: 'late' })).rejects.toMatchObject(
        refused,
      );
      await expect(store.clear('room')).rejects.toMatchObject(refused);
      await expect(store.appendAudit({ event: 'late' })).rejects.toMatchObject(refused);
      await expect(store.trim('9999')).rejects.toMatchObject(refused);
      await expect(store.restore([])).rejects.toMatchObject(refused);
      await expect(store.ping()).rejects.toMatchObject(refused);
      await closing;
      await expect(store.latest('room', 1)).rejects.toMatchObject(refused);
      await expect(store.after('room', 0, 1)).rejects.toMatchObject(refused);
      await expect(store.find('any')).rejects.toMatchObject(refused);
      await expect(store.locate('room', 'any')).rejects.toMatchObject(refused);
      await expect(store.channels()).rejects.toMatchObject(refused);
      await expect(store.totals()).rejects.toMatchObject(refused);
      await expect(store.changes({ seq: 0, event: 0 }, { limit: 1 })).rejects.toMatchObject(refused);
      await expect(store.audit({ limit: 1 })).rejects.toMatchObject(refused);
    });

    test('can be closed in the middle of removing a large channel', async () => {
      const { store, openAnother } = await openStore(create);
      await appendAll(store, 'room', numbered(3_000));
      await store.clear('room');
      await store.close();
      const reopened = await openAnother();
      expect(await reopened.totals()).toEqual({ channels: 0, messages: 0 });
      expect(await reopened.latest('room', 10)).toEqual([]);
    });
  });
}
