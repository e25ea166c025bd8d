import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import {
  appendAll,
  beginning,
  contentsOf,
  type CreateData,
  numbered,
  openStore,
  readChanges,
  told,
} from './support.ts';

function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Senders that go on until they are stopped. */
function sendWithoutEnd(stores: readonly MessageStore[]) {
  const sent: string[] = [];
  let stopped = false;
  const sending = Promise.all(
    Array.from({ length: 16 }, async (_, sender) => {
      const store = stores[sender % stores.length];
      for (let count = 0; !stopped; count++) {
        const draft = {
          channel: `room ${sender % 3}`,
          sender: `sender ${sender}`,
          content: `${sender}/${count}`,
        };
        sent.push((await store?.append(draft))?.message.id ?? '');
      }
    }),
  );
  return {
    /** Ids in the order of their acknowledgement. */
    sent,
    stop: async () => {
      stopped = true;
      await sending;
    },
  };
}

export function backup(name: string, create: CreateData): void {
  describe(`${name}: backup`, () => {
    test('is a store of its own with everything that was there, and stays as it is', async () => {
      const { store, openCopy } = await openStore(create);
      const folder = folderOfTest();
      const messages = await appendAll(store, 'room', numbered(300));
      await appendAll(store, 'hall', numbered(300));
      await store.clear('hall');
      const acked = {
        consumer: 'carol',
        channel: 'room',
        messageId: messages[10]?.id ?? '',
        metadata: '{"a":1}',
      };
      await store.acknowledge(acked);
      const keyed = { channel: 'room', sender: 'bob', content: 'once' };
      const idempotency = { key: 'key', digest: 'd'.repeat(64), alsoDigests: [] };
      const { message: first } = await store.append({ ...keyed, idempotency });

      const bytes = await store.backup(join(folder, 'copy.db'));
      await appendAll(store, 'room', ['after the copy']);

      expect(readdirSync(folder)).toEqual(['copy.db']);
      expect(statSync(join(folder, 'copy.db')).size).toBe(bytes);
      const copy = await openCopy(join(folder, 'copy.db'));
      expect(await copy.latest('room', 1_000)).toEqual([...messages, first]);
      expect((await readChanges(copy, beginning)).map(told)).toEqual([
        ...contentsOf(messages),
        'clear hall 300',
        'acked room 1-11 by carol',
        'once',
      ]);
      expect(await copy.totals()).toEqual({ channels: 1, messages: 301 });
      expect((await copy.cursor('carol', 'room'))?.seq).toBe(messages[10]?.seq);
      expect(await copy.append({ ...keyed, idempotency })).toMatchObject({
        deduplicated: true,
        message: first,
      });
      expect((await copy.append(keyed)).message.seq).toBe(first.seq + 1);
    });

    test.for([1, 2])('is of one moment while 16 senders write through %i store(s)', async (count) => {
      const { store, openAnother, openCopy } = await openStore(create);
      const folder = folderOfTest();
      await appendAll(store, 'ballast', numbered(2_000, 'x'.repeat(2_000)));
      const senders = sendWithoutEnd(count === 1 ? [store] : [store, await openAnother()]);
      await store.append({ channel: 'room 0', sender: 'alice', content: 'before' });
      const before = [...senders.sent];

      await store.backup(join(folder, 'copy.db'));
      const after = senders.sent.length;
      await senders.stop();

      expect(after).toBeGreaterThan(before.length);
      const copy = await openCopy(join(folder, 'copy.db'));
      const inCopy = (await readChanges(copy, beginning)).map(({ position }) => position.seq);
      // A beginning of the log: what was acknowledged before is there, and nothing is missing in between.
      expect(inCopy).toEqual(inCopy.map((_, index) => index + 1));
      for (const id of before) expect(await copy.find(id)).toEqual(await store.find(id));
      expect(await copy.totals()).toMatchObject({ messages: inCopy.length });
    });

    test('reports how far it is', async () => {
      const { store } = await openStore(create);
      await appendAll(store, 'room', numbered(2_000, 'x'.repeat(2_000)));
      const reports: { copied: number; total: number }[] = [];
      const bytes = await store.backup(join(folderOfTest(), 'copy.db'), {
        onProgress: (report) => reports.push(report),
      });
      const copied = reports.map((report) => report.copied);
      expect(copied.length).toBeGreaterThan(2);
      expect(copied).toEqual(copied.toSorted((a, b) => a - b));
      expect(reports.at(-1)).toMatchObject({ copied: bytes, total: bytes });
    });

    test('never takes the place of a file, unless it was told to', async () => {
      const { store, openCopy } = await openStore(create);
      const folder = folderOfTest();
      const file = join(folder, 'copy.db');
      writeFileSync(file, 'precious');
      await appendAll(store, 'room', ['one']);
      await expect(store.backup(file)).rejects.toMatchObject({
        code: 'conflict',
        message: `${file} exists already`,
      });
      expect(readFileSync(file, 'utf8')).toBe('precious');
      await store.backup(file, { replace: true });
      expect(readdirSync(folder)).toEqual(['copy.db']);
      expect(contentsOf(await (await openCopy(file)).latest('room', 10))).toEqual(['one']);
    });

    test('of two that want the same name one gets it', async () => {
      const { store } = await openStore(create);
      const folder = folderOfTest();
      const file = join(folder, 'copy.db');
      const outcomes = await Promise.allSettled([store.backup(file), store.backup(file)]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'conflict' },
      });
      expect(readdirSync(folder)).toEqual(['copy.db']);
    });

    test.skipIf(process.platform === 'win32')('can be read by its owner alone', async () => {
      const { store } = await openStore(create);
      const file = join(folderOfTest(), 'copy.db');
      await store.backup(file);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    test('into a folder that is not there is one sentence', async () => {
      const { store } = await openStore(create);
      const file = join(folderOfTest(), 'missing', 'copy.db');
      await expect(store.backup(file)).rejects.toMatchObject({
        name: 'BridgeError',
        code: 'storage_failed',
        message: `cannot make the copy ${file}: its folder does not exist`,
      });
    });

    test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
      'into a folder that cannot be written is one sentence',
      async () => {
        const { store } = await openStore(create);
        const folder = join(folderOfTest(), 'closed');
        mkdirSync(folder);
        chmodSync(folder, 0o500);
        await expect(store.backup(join(folder, 'copy.db'))).rejects.toMatchObject({
          code: 'storage_read_only',
        });
      },
    );

    test('can be broken off, and leaves nothing', async () => {
      const { store } = await openStore(create);
      const folder = folderOfTest();
      await appendAll(store, 'room', numbered(2_000, 'x'.repeat(2_000)));
      const giving = new AbortController();
      const copying = store.backup(join(folder, 'copy.db'), {
        signal: giving.signal,
        onProgress: () => giving.abort(new Error('changed my mind')),
      });
      await expect(copying).rejects.toThrow('changed my mind');
      expect(readdirSync(folder)).toEqual([]);
      await expect(store.backup(join(folder, 'copy.db'), { signal: giving.signal })).rejects.toThrow(
        'changed',
      );
    });

    test('ends when the store is closed, and leaves nothing', async () => {
      const { store } = await openStore(create);
      const folder = folderOfTest();
      await appendAll(store, 'room', numbered(2_000, 'x'.repeat(2_000)));
      const refused = { code: 'shutting_down', retryAfter: 1 };
      let closing: Promise<void> | undefined;
      const copying = store.backup(join(folder, 'copy.db'), {
        onProgress: () => void (closing ??= store.close()),
      });
      await expect(copying).rejects.toMatchObject(refused);
      await closing;
      expect(readdirSync(folder)).toEqual([]);
      await expect(store.backup(join(folder, 'copy.db'))).rejects.toMatchObject(refused);
    });
  });
}
