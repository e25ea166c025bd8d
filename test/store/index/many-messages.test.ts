import { expect, test } from 'vitest';
import { connect, Library, structured } from './support.ts';

const count = 105_000;

/** Fills a file in one go, as one that was written before there was an index. */
function fill(path: string): void {
  const db = connect(path);
  const insert = db.prepare(
    'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
  );
  db.transaction(() => {
    for (let index = 0; index < count; index++) {
      const place = String(index).padStart(6, '0');
      const text = `common id${place} ${index % 1_000 === 0 ? 'rare' : 'other'}`;
      const content = index % 50 === 0 ? JSON.stringify(structured('task', { content: text })) : text;
      insert.run(
        `m${place}`,
        `room-${index % 10}`,
        `agent-${index % 7}`,
        content,
        `2026-01-01T00:00:00.${place}Z`,
      );
    }
  })();
}

test('a large file is indexed without holding up the event loop, and searched', async () => {
  const library = await Library.open();
  fill(library.path);

  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  const search = () => library.index.search({ query: 'common', limit: 50 });
  let page = await search();
  // A search waits for so long only; it says what it has not seen.
  while (page.behind > 0) page = await search();
  const { hits, nextBefore } = page;
  clearInterval(turning);
  expect(turns).toBeGreaterThan(50);
  const newest = Array.from({ length: 50 }, (_, index) => count - index);
  expect(hits.map(({ seq }) => seq)).toEqual(newest);
  expect(nextBefore).toBe(newest.at(-1));

  const find = async (request: object) =>
    (await library.index.search({ limit: 200, ...request })).hits.map(({ id }) => id);
  expect(await find({ query: 'rare' })).toHaveLength(count / 1_000);
  expect(await find({ query: 'common rare', channels: ['room-0'], sender: 'agent-0' })).toEqual(
    [98, 91, 84, 77, 70, 63, 56, 49, 42, 35, 28, 21, 14, 7, 0].map(
      (thousand) => `m${String(thousand * 1_000).padStart(6, '0')}`,
    ),
  );
  expect(await find({ query: 'common', channels: ['room-3'], beforeSeq: 1_000, limit: 2 })).toEqual([
    'm000993',
    'm000983',
  ]);
  expect(await find({ query: 'id09999*' })).toHaveLength(10);
  await expect(find({ query: 'id0*' })).rejects.toMatchObject({ code: 'invalid_value', field: 'query' });
  expect((await library.openCounts())['room-0']).toEqual({
    count: count / 50,
    oldestAt: '2026-01-01T00:00:00.000000Z',
  });

  // All of one channel goes, most of it still in the file: it is passed over.
  await library.store.clear('room-9');
  const after = await find({ query: 'common', limit: 20 });
  expect(after).not.toContain('m104999');
  expect(after).toHaveLength(20);
}, 60_000);
