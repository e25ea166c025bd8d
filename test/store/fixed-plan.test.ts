import { expect, onTestFinished, test, vi } from 'vitest';
import { type SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { databaseOfTest } from './support.ts';

const channel = 'garden';
const consumer = 'reader';
const everything = { afterSeq: 0, upToSeq: Number.MAX_SAFE_INTEGER };

/** All ways to read, each with an answer that has rows. */
async function readAll(store: SqliteStore, id: string): Promise<unknown[]> {
  const message = await store.find(id);
  if (!message) throw new Error('the message is there');
  return Promise.all([
    store.latest(channel, 10),
    store.after(channel, 0, 10),
    store.after(undefined, 0, 10),
    store.afterId(channel, id, 10),
    store.cursor(consumer, channel),
    store.changes({ seq: 0, event: 0 }, { limit: 10 }),
    store.changes({ seq: 0, event: 0 }, { channel, limit: 10 }),
    store.consumers(),
    store.stuckOn('2100'),
    store.followers(channel, 10),
    store.receipts(message),
    store.positions(everything),
    store.channels(),
    store.audit({ limit: 10 }),
    store.audit({ limit: 10, event: 'look' }),
    store.index.search({ query: 'beans', channels: [channel], limit: 10 }),
    store.index.search({ sender: 'alice', channels: [channel], limit: 10 }),
  ]);
}

/** How many functions the database driver makes for rows: one whenever SQLite has compiled a statement. */
async function functionsMadeBy(work: () => Promise<unknown>): Promise<number> {
  const make = vi.spyOn(globalThis, 'Function');
  onTestFinished(() => make.mockRestore());
  await work();
  const made = make.mock.calls.length;
  make.mockRestore();
  return made;
}

test('a statement that is used again is not compiled again', async () => {
  const store = await databaseOfTest().open();
  const { message } = await store.append({ channel, sender: 'alice', content: 'beans' });
  await store.append({ channel, sender: 'alice', content: 'more beans' });
  await store.acknowledge({ consumer, channel, messageId: message.id });
  await store.appendAudit({ event: 'look' });

  const read = async () => {
    for (const answer of await readAll(store, message.id)) expect(answer).not.toEqual([]);
  };
  // The first round shows that the counting works.
  expect(await functionsMadeBy(read)).toBeGreaterThan(10);
  expect(await functionsMadeBy(read)).toBe(0);
});
