import { expect, test } from 'vitest';
import { databaseOfTest, plainConnection } from './support.ts';

test('a search of the audit log for certain channels ends soon, goes on where it ended, and lets others have their turn', async () => {
  const database = databaseOfTest();
  const store = await database.open({ durability: 'normal' });
  await store.appendAudit({ event: 'channel_create', channel: 'room' });
  plainConnection(database.path).exec(`INSERT INTO audit (timestamp, event)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450000)
    SELECT '2026-01-31T08:15:00.250000Z', 'auth_failure' FROM n`);
  const query = { limit: 10, mayRead: (channel: string) => channel === 'room' };
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const pages = [];
  let beforeId: number | undefined;
  do {
    const page = await store.auditOfChannels({ ...query, beforeId });
    pages.push(page.events.map(({ channel }) => channel));
    beforeId = page.nextBeforeId;
  } while (beforeId !== undefined);
  clearImmediate(next);
  expect(pages).toEqual([[], [], ['room']]);
  expect(turns).toBeGreaterThan(400);

  // Of its own kind it is found at once.
  const own = await store.auditOfChannels({ ...query, event: 'channel_create' });
  expect(own).toMatchObject({ events: [{ channel: 'room' }], nextBeforeId: undefined });
});
