import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import { Library, structured } from './support.ts';

test('all words must occur, in any order, and the newest message comes first', async () => {
  const library = await Library.open();
  await library.sendAll('red apple', 'green apple', 'apple red', 'red pear');
  expect(await library.find('red apple')).toEqual(['apple red', 'red apple']);
});

test('a quotation asks for words in a row, also while its end is not yet written', async () => {
  const library = await Library.open();
  await library.sendAll('the red apple', 'apple red', 'red, apple');
  expect(await library.find('"red apple"')).toEqual(['red, apple', 'the red apple']);
  expect(await library.find('“red apple”')).toEqual(['red, apple', 'the red apple']);
  expect(await library.find('the "red app')).toEqual([]);
  expect(await library.find('the "red apple')).toEqual(['the red apple']);
});

test('an asterisk stands for any ending, also in a quotation, and only there', async () => {
  const library = await Library.open();
  await library.sendAll('deploy', 'deployment done', 'dep', 'undeployed', 'done deploying');
  expect(await library.find('deploy*')).toEqual(['done deploying', 'deployment done', 'deploy']);
  expect(await library.find('"done dep"*')).toEqual(['done deploying']);
  expect(await library.find('"done dep*"')).toEqual(['done deploying']);
  expect(await library.find('deploy')).toEqual(['deploy']);
  expect(await library.find('*deploy')).toEqual(['deploy']);
  expect(await library.find('dep *')).toEqual(['dep']);
  expect(await library.find('dep-*')).toEqual(['dep']);
  expect(await library.find('nothing*')).toEqual([]);
});

test('a beginning that fits very many words finds them all', async () => {
  const library = await Library.open();
  const contents = Array.from({ length: 300 }, (_, index) => `host${index} answers`);
  await Promise.all(contents.map((content) => library.send({ content })));
  const { hits } = await library.index.search({ query: '"host"* answers', limit: 1_000 });
  expect(hits.map(({ content }) => content).sort()).toEqual(contents.sort());
  expect(await library.find('host29*')).toHaveLength(11);
});

test('case and accents do not count, composed or not', async () => {
  const library = await Library.open();
  await library.sendAll('Café CRÈME', 'cafe\u0301', 'ПРИВЕТ', 'Straße');
  for (const query of ['cafe', 'CAFÉ', 'cafe\u0301', 'caf*']) {
    expect(await library.find(query)).toEqual(['cafe\u0301', 'Café CRÈME']);
  }
  expect(await library.find('привет')).toEqual(['ПРИВЕТ']);
  expect(await library.find('STRASSE')).toEqual([]);
});

test('parts of Chinese and Japanese sentences are found, Korean by its words and their beginnings', async () => {
  const library = await Library.open();
  await library.sendAll('数据库已经修好了', '東京タワーに行く', '데이터베이스를 고쳤다');
  expect(await library.find('修好')).toEqual(['数据库已经修好了']);
  expect(await library.find('库数')).toEqual([]);
  expect(await library.find('数据 好了')).toEqual(['数据库已经修好了']);
  expect(await library.find('タワー')).toEqual(['東京タワーに行く']);
  expect(await library.find('東京*')).toEqual(['東京タワーに行く']);
  expect(await library.find('데이터베이스')).toEqual([]);
  expect(await library.find('데이터베이스*')).toEqual(['데이터베이스를 고쳤다']);
});

test('the values of JSON are found, its keys and punctuation are not', async () => {
  const library = await Library.open();
  const legacy = { action: 'restart', target: { host: 'north', ports: [8765, 'https'] }, done: true };
  const message = structured('task', { content: { goal: 'polish\nlenses' }, metadata: { hidden: 'memo' } });
  await library.sendAll(legacy, message, '{"broken": "half', '["listed", 12.5]', '"quo\\u0074ed"');
  expect(await library.find('restart north 8765 https')).toEqual([JSON.stringify(legacy)]);
  expect(await library.find('lenses polish')).toEqual([JSON.stringify(message)]);
  expect(await library.find('listed 12.5')).toEqual(['["listed", 12.5]']);
  expect(await library.find('quoted')).toEqual(['"quo\\u0074ed"']);
  expect(await library.find('broken half')).toEqual(['{"broken": "half']);
  for (const key of ['action', 'ports', 'true', 'goal', 'content', 'hidden', 'memo', 'nlenses']) {
    expect(await library.find(key)).toEqual([]);
  }
});

test('sender, thread and type are found like words', async () => {
  const library = await Library.open();
  await library.send({ sender: 'build-agent', content: 'ready' });
  const task = structured('review.request', { thread_id: 'release/2.0', content: 'look' });
  await library.send({ content: task });
  expect(await library.find('build-agent')).toEqual(['ready']);
  expect(await library.find('agent ready')).toEqual(['ready']);
  expect(await library.find('review.request release/2.0')).toEqual([JSON.stringify(task)]);
  // A quotation does not reach from one into the other.
  expect(await library.find('"ready build"')).toEqual([]);
});

test('operators and other signs of the search engine are words like any other', async () => {
  const library = await Library.open();
  await library.sendAll('this and that', 'this or that', 'content sender', 'near by', 'not this');
  expect(await library.find('this AND that')).toEqual(['this and that']);
  expect(await library.find('this OR that')).toEqual(['this or that']);
  expect(await library.find('NOT this')).toEqual(['not this']);
  expect(await library.find('NEAR(by)')).toEqual(['near by']);
  expect(await library.find('NEAR(by this)')).toEqual([]);
  expect(await library.find('content : sender')).toEqual(['content sender']);
  expect(await library.find('{content sender} : sender')).toEqual(['content sender']);
  expect(await library.find('-content ^sender + "')).toEqual(['content sender']);
});

test.each(['', '   ', '*', '""', '"', '-- ++ ""', '🎉', '\0', '()', '"*"*'])(
  'a query without a word is refused: %j',
  async (query) => {
    const library = await Library.open();
    await expect(library.index.search({ query, limit: 5 })).rejects.toMatchObject({
      code: 'invalid_value',
      field: 'query',
    });
  },
);

test('a query that is too long or of too many words is refused; without conditions nothing is found', async () => {
  const library = await Library.open();
  const search = (query?: string) => library.index.search({ query, limit: 5 });
  await expect(search('a'.repeat(1_001))).rejects.toMatchObject({ code: 'too_long', field: 'query' });
  await expect(search('a-'.repeat(65))).rejects.toMatchObject({ code: 'too_many', field: 'query' });
  expect(await search()).toEqual({ hits: [], nextBefore: null, behind: 0 });
  expect(await search('a-'.repeat(64))).toEqual({ hits: [], nextBefore: null, behind: 0 });
});

test('no query breaks the search engine', async () => {
  const library = await Library.open();
  await library.sendAll('alpha beta', 'gamma "delta"');
  const part = fc.constantFrom(
    ...['"', '*', '(', ')', ' ', 'AND', 'OR', 'NOT', 'NEAR(', ':', 'keys', '{', '}', '^', '+', '-', ',', "'"],
    ...['alpha', 'gamma', '\0', '\ue000c', '\ud800', '\u0301', 'é', '語', '\u0001', '\\', ';'],
  );
  const query = fc.oneof(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  await fc.assert(
    fc.asyncProperty(query, async (text) => {
      try {
        const { hits } = await library.index.search({ query: text, limit: 5 });
        expect(hits.length).toBeLessThanOrEqual(2);
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        expect([error.code, error.field]).toEqual(['invalid_value', 'query']);
      }
    }),
    { numRuns: 500 },
  );
});
