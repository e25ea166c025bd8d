import { expect, test } from 'vitest';
import { Library, structured } from './support.ts';

test('channel, sender and type narrow a search, by their exact names', async () => {
  const library = await Library.open();
  await library.send({ channel: 'room', sender: 'alice', content: 'hello 1' });
  await library.send({ channel: 'Room', sender: 'alice', content: 'hello 2' });
  await library.send({ channel: 'room:north', sender: 'Alice', content: 'hello 3' });
  await library.send({
    channel: 'room',
    sender: 'alice-2',
    content: structured('task', { content: 'hello 4' }),
  });
  await library.send({ channel: 'room', sender: 'bob', content: { type: 'task', note: 'hello 5' } });
  const find = async (conditions: object) =>
    (await library.find({ query: 'hello', ...conditions })).map((content) => /hello (\d)/.exec(content)?.[1]);
  expect(await find({})).toEqual(['5', '4', '3', '2', '1']);
  expect(await find({ channel: 'room' })).toEqual(['5', '4', '1']);
  expect(await find({ sender: 'alice' })).toEqual(['2', '1']);
  expect(await find({ type: 'task' })).toEqual(['5', '4']);
  expect(await find({ type: 'task', sender: 'bob', channel: 'room' })).toEqual(['5']);
  expect(await find({ type: 'task', sender: 'alice' })).toEqual([]);
  expect(await find({ channel: 'nowhere' })).toEqual([]);
});

test('a condition alone is enough', async () => {
  const library = await Library.open();
  await library.send({ sender: '!!!', content: '???' });
  await library.send({ channel: '語', content: { type: 'a type of its own', n: 1 } });
  expect(await library.find({ sender: '!!!' })).toEqual(['???']);
  expect(await library.find({ channel: '語' })).toHaveLength(1);
  expect(await library.find({ type: 'a type of its own' })).toHaveLength(1);
});

test('only a short text is a type', async () => {
  const library = await Library.open();
  const long = 'x'.repeat(65);
  await library.sendAll({ type: long }, { type: 7 }, { type: '' }, ['type'], 'type', {
    schema_version: 2,
    type: 'new',
    content: 1,
  });
  expect(await library.find({ type: long })).toEqual([]);
  expect(await library.find({ type: '7' })).toEqual([]);
  expect(await library.find({ type: '' })).toEqual([]);
  expect(await library.find({ type: 'new' })).toHaveLength(1);
});

test('pages follow each other without a gap and end where the messages end', async () => {
  const library = await Library.open();
  const contents = Array.from({ length: 25 }, (_, index) => `note ${index}`);
  await library.sendAll(...contents);
  const found: string[] = [];
  const sizes: number[] = [];
  let beforeSeq: number | undefined;
  do {
    const { hits, nextBefore } = await library.index.search({ query: 'note', beforeSeq, limit: 5 });
    found.push(...hits.map(({ content }) => content));
    sizes.push(hits.length);
    beforeSeq = nextBefore ?? undefined;
  } while (beforeSeq !== undefined);
  expect(found).toEqual(contents.reverse());
  expect(sizes).toEqual([5, 5, 5, 5, 5]);
});
