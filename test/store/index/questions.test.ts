import { expect, test } from 'vitest';
import { insertRow, connect, Library, structured } from './support.ts';

async function openIds(library: Library, channel?: string): Promise<string[]> {
  return (await library.index.openQuestions({ channel, limit: 50 })).map(({ id }) => id);
}

test('tasks and questions are open until a result, an answer or an error follows in their thread', async () => {
  const library = await Library.open();
  for (const [asking, settling] of [
    ['task', 'result'],
    ['question', 'answer'],
    ['task', 'error'],
    ['question', 'result'],
  ] as const) {
    const thread_id = `${asking} ${settling}`;
    const [id] = await library.sendAll(
      structured(asking, { thread_id }),
      structured('progress', { thread_id }),
    );
    expect(await openIds(library)).toEqual([id]);
    await library.sendAll(structured(settling, { thread_id }));
    expect(await openIds(library)).toEqual([]);
  }
});

test('what came before a question does not settle it, what comes after settles all of them', async () => {
  const library = await Library.open();
  const thread_id = 'plan';
  const ids = await library.sendAll(
    structured('result', { thread_id }),
    structured('task', { thread_id }),
    structured('question', { thread_id }),
    structured('task', { thread_id: 'other' }),
  );
  // Three are open, all of them indexed in one go.
  expect(await openIds(library)).toEqual(ids.slice(1));
  const later = await library.sendAll(structured('answer', { thread_id }), structured('task', { thread_id }));
  expect(await openIds(library)).toEqual([ids[3], later[1]]);
});

test('a question is settled by a reply to it, also one that belongs to another thread, and by a reply to a reply', async () => {
  const library = await Library.open();
  const [first = '', second = ''] = await library.sendAll(
    structured('task', { thread_id: 'a' }),
    structured('question'),
  );
  await library.sendAll(structured('result', { correlation_id: 'b', reply_to: first }));
  expect(await openIds(library)).toEqual([second]);
  const [progress = ''] = await library.sendAll(structured('progress', { reply_to: second }));
  await library.sendAll(structured('answer', { reply_to: progress }));
  expect(await openIds(library)).toEqual([]);
});

test('only structured messages ask and settle', async () => {
  const library = await Library.open();
  await library.sendAll({ type: 'task', thread_id: 'a' }, 'task', structured('tasks'));
  const [task] = await library.sendAll(structured('task', { thread_id: 'a' }));
  await library.sendAll(
    { type: 'result', thread_id: 'a' },
    'result',
    structured('results', { thread_id: 'a' }),
  );
  expect(await openIds(library)).toEqual([task]);
});

test('they are listed oldest first, of one channel or all, and counted by channel', async () => {
  const library = await Library.open();
  const send = (channel: string) => library.send({ channel, content: structured('task') });
  const [north, south, north2] = [await send('north'), await send('south'), await send('north')];
  expect(await openIds(library)).toEqual([north.id, south.id, north2.id]);
  expect(await openIds(library, 'north')).toEqual([north.id, north2.id]);
  expect(await openIds(library, 'nowhere')).toEqual([]);
  expect((await library.index.openQuestions({ limit: 2 })).map(({ id }) => id)).toEqual([north.id, south.id]);
  const counts = async () => Object.fromEntries(await library.index.openCounts());
  expect(await counts()).toEqual({
    north: { count: 2, oldestAt: north.timestamp },
    south: { count: 1, oldestAt: south.timestamp },
  });
  await library.send({ channel: 'elsewhere', content: structured('error', { reply_to: north.id }) });
  expect(await counts()).toEqual({
    north: { count: 1, oldestAt: north2.timestamp },
    south: { count: 1, oldestAt: south.timestamp },
  });
  const facts = await library.index.facts([north.seq, north2.seq]);
  expect([facts.get(north.seq)?.open, facts.get(north2.seq)?.open]).toEqual([false, true]);
});

test('those that are removed are neither listed nor counted', async () => {
  const library = await Library.open();
  const sendMany = (channel: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => library.send({ channel, content: structured('task') })));
  const [few, many] = [await sendMany('few', 3), await sendMany('many', 250)];
  expect((await library.index.openCounts()).get('many')?.count).toBe(250);

  // A large channel is emptied in the background: its rows are still there.
  await library.store.clear('many');
  expect([...(await library.index.openCounts()).keys()]).toEqual(['few']);
  expect(await openIds(library)).toEqual(few.map(({ id }) => id));
  expect(await openIds(library, 'many')).toEqual([]);
  expect((await library.index.facts([many[0]?.seq ?? 0])).size).toBe(0);
  const again = await library.send({ channel: 'many', content: structured('task') });
  expect((await library.index.openCounts()).get('many')).toEqual({ count: 1, oldestAt: again.timestamp });

  await library.store.clear('few');
  await expect.poll(() => library.opened.db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(1);
  expect(Object.fromEntries(await library.index.openCounts())).toEqual({
    many: { count: 1, oldestAt: again.timestamp },
  });
  expect(await library.store.trim('9999')).toBe(1);
  expect(await library.index.openCounts()).toEqual(new Map());
  const left = (table: string) => library.opened.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect([left('relay_facts'), left('relay_open_questions'), left('relay_open_counts')]).toEqual([0, 0, 0]);
});

test('a question stays settled when its answer is removed', async () => {
  const library = await Library.open();
  const task = await library.send({ channel: 'tasks', content: structured('task') });
  await library.send({ channel: 'results', content: structured('result', { reply_to: task.id }) });
  expect(await openIds(library)).toEqual([]);
  await library.store.clear('results');
  expect(await openIds(library)).toEqual([]);
  expect((await library.index.thread({ key: task.id, limit: 5 })).messages).toEqual([task]);
});

test('questions of other programs count too, and go when those delete them', async () => {
  const library = await Library.open();
  const other = connect(library.path);
  insertRow(other, 'theirs', JSON.stringify(structured('question')), 'hall');
  expect(await openIds(library)).toEqual(['theirs']);
  other.exec(`DELETE FROM messages WHERE channel = 'hall'`);
  expect(await openIds(library)).toEqual([]);
  expect(await library.index.openCounts()).toEqual(new Map());
});
