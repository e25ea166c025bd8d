import { afterEach, expect, test, vi } from 'vitest';
import { Step } from '../../../src-main/store/sqlite/outcome.ts';
import { connect, insertRow, Library, openIndex, structured } from './support.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const indexedSeq = ({ opened }: Library) =>
  opened.db.prepare<[], number>('SELECT indexed_seq FROM relay_index_state').pluck().get() ?? -1;

test('messages are indexed soon after a commit, without being asked for', async () => {
  const library = await Library.open();
  library.store.watch(() => library.index.committed());
  for (const content of ['one', 'two']) {
    const { seq } = await library.send({ content });
    await expect.poll(() => indexedSeq(library), { timeout: 10_000 }).toBe(seq);
  }
});

test('the index becomes one piece when there is time, and loses no word over it', async () => {
  const library = await Library.open();
  library.store.watch(() => library.index.committed());
  const words = Array.from({ length: 12 }, (_, index) => `word${index}`);
  // Each search has the message before it indexed by itself, as a piece of its own.
  for (const word of words) {
    await library.send({ content: `${word} and more` });
    await library.find(word);
  }
  // In FTS5's tables the number of a piece lies above the 37 bits of its pages; lower ids hold what is known of all.
  const pieces = library.opened.db
    .prepare<[], number>('SELECT count(DISTINCT id >> 37) FROM relay_search_data WHERE id >= 1 << 37')
    .pluck();
  expect(pieces.get()).toBeGreaterThan(1);
  await expect.poll(() => pieces.get(), { timeout: 10_000 }).toBe(1);
  for (const word of words) expect(await library.find(word)).toEqual([`${word} and more`]);
  expect(await library.find('more')).toHaveLength(words.length);
});

test('what an earlier run has left is indexed after a start', async () => {
  const library = await Library.open();
  const { seq } = await library.send({ content: 'left behind' });
  await library.reopen();
  await expect.poll(() => indexedSeq(library), { timeout: 10_000 }).toBe(seq);
});

test('rows of other programs are found, whatever is in them', async () => {
  const library = await Library.open();
  const other = connect(library.path);
  insertRow(other, 'a', 'from elsewhere');
  insertRow(other, 'b', '');
  insertRow(other, 'c', 'with a \0 inside');
  other.exec(
    `INSERT INTO messages (id, channel, sender, content, timestamp) VALUES ('d', '', '', CAST(x'ff41fe' AS TEXT), '')`,
  );
  insertRow(other, 'e', `${'['.repeat(2_000)}deep${']'.repeat(2_000)}`);
  insertRow(other, 'f', JSON.stringify({ schema_version: 1, type: 'TASK', content: 'invalid' }));
  expect(await library.find('elsewhere')).toEqual(['from elsewhere']);
  expect(await library.find('with inside')).toEqual(['with a \0 inside']);
  expect(await library.find('deep')).toHaveLength(1);
  expect(await library.find({ type: 'TASK' })).toHaveLength(1);
  expect(await library.find({ channel: '' })).toHaveLength(1);
});

test('two processes that index at the same time do it once', async () => {
  const library = await Library.open();
  const first = library.index;
  const second = library.openAnotherIndex();
  for (let round = 0; round < 20; round++) {
    await library.send({ content: structured('task', { content: `round ${round}` }) });
    const pages = await Promise.all(
      [first, second].map((index) => index.search({ query: 'round', limit: 50 })),
    );
    expect(pages.map(({ hits }) => hits.length)).toEqual([round + 1, round + 1]);
  }
  expect((await first.openCounts()).channels.get('room')?.count).toBe(20);
});

test('an index that is stopped in the middle goes on where it was', async () => {
  const library = await Library.open();
  const contents = Array.from({ length: 3_000 }, (_, index) => `lorem ipsum dolor ${index} `.repeat(10));
  await Promise.all(contents.map((content) => library.send({ content })));
  const interrupted = library.index.search({ query: 'lorem', limit: 1 });
  await expect.poll(() => indexedSeq(library), { interval: 1 }).toBeGreaterThan(0);
  library.opened.close();
  await expect(interrupted).rejects.toMatchObject({ code: 'shutting_down' });
  const done = openIndexed(library);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(3_000);

  await library.reopen();
  const { hits } = await library.index.search({ query: 'lorem', limit: 5_000 });
  expect(hits).toHaveLength(3_000);
});

function openIndexed(library: Library): unknown {
  return connect(library.path).prepare('SELECT indexed_seq FROM relay_index_state').pluck().get();
}

test('a step that does not reach its commit leaves no trace', async () => {
  const library = await Library.open();
  await library.sendAll(structured('task', { content: 'alpha' }), 'alpha beta');
  const { db, index, errors } = library.opened;
  // What a crash in the middle of a transaction amounts to: nothing of it is in the file.
  db.exec(
    `CREATE TEMP TRIGGER crash BEFORE UPDATE ON relay_index_state BEGIN SELECT raise(ROLLBACK, 'power cut'); END`,
  );
  expect(await index.search({ query: 'alpha', limit: 5 })).toMatchObject({ hits: [], behind: 2 });
  expect(String(errors)).toContain('power cut');
  const look = connect(library.path);
  for (const table of ['relay_facts', 'relay_open_questions', 'relay_open_counts', 'relay_search_docsize']) {
    expect(look.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
  }
  await library.reopen();
  expect(await library.find('alpha')).toHaveLength(2);
  expect((await library.openCounts())['room']?.count).toBe(1);
});

test('a step that fails does not fail the writes that share its transaction', async () => {
  const library = await Library.open();
  await library.sendAll('alpha');
  const { db, index, queue, errors } = library.opened;
  db.exec(
    `CREATE TEMP TRIGGER fail BEFORE UPDATE ON relay_index_state BEGIN SELECT raise(ABORT, 'no index today'); END`,
  );
  const before = new Step(() => insertRow(db, 'before', 'one'));
  const after = new Step(() => insertRow(db, 'after', 'two'));
  const searching = index.search({ query: 'alpha', limit: 5 });
  // The search has pushed its step by now.
  await Promise.resolve();
  queue.push(before);
  queue.push(after);
  expect(await searching).toMatchObject({ hits: [], behind: 1 });
  expect(errors).toMatchObject([{ message: 'no index today' }]);
  await Promise.all([before.promise, after.promise]);
  await library.reopen();
  expect(await library.find('one')).toEqual(['one']);
  expect(await library.find('two')).toEqual(['two']);
});

test('background work that fails is told and tried again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    const library = await Library.open();
    const { db, errors } = library.opened;
    db.exec(
      `CREATE TEMP TRIGGER fail BEFORE UPDATE ON relay_index_state BEGIN SELECT raise(ABORT, 'not now'); END`,
    );
    const { seq } = await library.send({ content: 'alpha' });
    await vi.advanceTimersByTimeAsync(600);
    await vi.waitFor(() => expect(errors).toMatchObject([{ message: 'not now' }]));
    db.exec('DROP TRIGGER fail');
    await vi.advanceTimersByTimeAsync(5_500);
    await vi.waitFor(() => expect(indexedSeq(library)).toBe(seq));
  } finally {
    vi.useRealTimers();
  }
});

test('cleared and expired messages are not found, however much of them is still in the file', async () => {
  const library = await Library.open();
  const sendMany = (channel: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => library.send({ channel, content: `word ${index}` })),
    );
  await sendMany('kept', 20);
  await sendMany('large', 2_000);
  expect((await library.index.search({ query: 'word', limit: 5_000 })).hits).toHaveLength(2_020);
  await library.store.clear('large');
  expect((await library.index.search({ query: 'word', limit: 5_000 })).hits).toHaveLength(20);
  expect(await library.find({ query: 'word', channel: 'large' })).toEqual([]);
  await library.send({ channel: 'large', content: 'word again' });
  expect(await library.find({ query: 'word', channel: 'large' })).toEqual(['word again']);
  await library.store.trim('9999');
  expect(await library.find('word')).toEqual([]);
});

test('what is cleared before it was indexed never is', async () => {
  const library = await Library.open();
  await Promise.all(Array.from({ length: 300 }, () => library.send({ content: structured('task') })));
  await library.store.clear('room');
  expect(await library.openCounts()).toEqual({});
  expect(await library.find({ type: 'task' })).toEqual([]);
});

test('the words of removed messages leave the index in the background', async () => {
  const library = await Library.open();
  library.store.watch(() => library.index.committed());
  await library.sendAll('alpha', 'beta', 'gamma');
  await library.find('alpha');
  await library.store.clear('room');
  const words = () => library.opened.db.prepare('SELECT count(*) FROM relay_search_docsize').pluck().get();
  await expect.poll(words, { timeout: 10_000 }).toBe(0);
  expect(library.opened.db.prepare('SELECT count(*) FROM relay_index_removed').pluck().get()).toBe(0);
});

test('a program whose SQLite cannot read the index can still add and remove messages', async () => {
  const library = await Library.open();
  await library.sendAll(structured('task', { content: 'alpha' }), 'beta');
  await library.find('alpha');
  library.opened.close();
  await library.store.close();

  // As in SQLite before 3.43, the option is unknown there.
  const schema = connect(library.path);
  const rewrite = (from: string, to: string) => {
    schema.unsafeMode();
    schema.pragma('writable_schema = ON');
    schema.exec(
      `UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = 'relay_search'`,
    );
    schema.pragma('writable_schema = RESET');
  };
  rewrite('contentless_delete', 'unknown_option');
  const old = connect(library.path);
  expect(() => old.exec('SELECT * FROM relay_search')).toThrow('unknown_option');
  insertRow(old, 'old', 'gamma');
  old.exec(`DELETE FROM messages WHERE content LIKE '%alpha%'`);
  old.close();
  rewrite('unknown_option', 'contentless_delete');
  schema.close();

  await library.reopen();
  expect(await library.find('alpha')).toEqual([]);
  expect(await library.find('gamma')).toEqual(['gamma']);
  expect(await library.openCounts()).toEqual({});
});

test('a damaged index is made again', async () => {
  const library = await Library.open();
  await library.sendAll(structured('task', { content: 'alpha' }), 'alpha beta');
  expect(await library.find('alpha')).toHaveLength(2);
  const saboteur = connect(library.path).unsafeMode();
  saboteur.exec(`UPDATE relay_search_data SET block = x'00ff00ff' WHERE id > 10`);
  await expect(library.find('alpha')).rejects.toMatchObject({ code: 'storage_corrupt' });
  expect(await library.find('alpha')).toHaveLength(2);
  expect((await library.openCounts())['room']?.count).toBe(1);
});

test('long messages are found by their last word', async () => {
  const library = await Library.open();
  const distinct = Array.from({ length: 18_000 }, (_, index) => `w${index.toString(36)}`).join(' ');
  const unbroken = 'x'.repeat(131_000);
  await library.sendAll(`${distinct} omega`, `${unbroken} omega`, '語'.repeat(40_000) + '終');
  expect((await library.index.search({ query: 'omega', limit: 5 })).hits).toHaveLength(2);
  expect((await library.index.search({ query: '語終', limit: 5 })).hits).toHaveLength(1);
});

test('a page of long messages is complete', async () => {
  const library = await Library.open();
  const long = 'x '.repeat(50_000);
  const contents = Array.from({ length: 30 }, (_, index) => `${index} ${long}`);
  await Promise.all(contents.map((content) => library.send({ content })));
  expect(await library.find('x')).toEqual(contents.reverse());
});

test('a stopped index refuses', async () => {
  const library = await Library.open();
  const opened = openIndex(library.path);
  opened.close();
  const refused = { code: 'shutting_down' };
  await expect(opened.index.search({ query: 'a', limit: 1 })).rejects.toMatchObject(refused);
  await expect(opened.index.openCounts()).rejects.toMatchObject(refused);
});
