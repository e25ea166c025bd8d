import { expect, test } from 'vitest';
import { insertRow, connect, Library, structured } from './support.ts';

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
    expect(await library.openIds()).toEqual([id]);
    await library.sendAll(structured(settling, { thread_id }));
    expect(await library.openIds()).toEqual([]);
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
  expect(await library.openIds()).toEqual(ids.slice(1));
  const later = await library.sendAll(structured('answer', { thread_id }), structured('task', { thread_id }));
  expect(await library.openIds()).toEqual([ids[3], later[1]]);
});

test('a question is settled by a reply to it, also one that belongs to another thread, and by a reply to a reply', async () => {
  const library = await Library.open();
  const [first = '', second = ''] = await library.sendAll(
    structured('task', { thread_id: 'a' }),
    structured('question'),
  );
  await library.sendAll(structured('result', { correlation_id: 'b', reply_to: first }));
  expect(await library.openIds()).toEqual([second]);
  const [progress = ''] = await library.sendAll(structured('progress', { reply_to: second }));
  await library.sendAll(structured('answer', { reply_to: progress }));
  expect(await library.openIds()).toEqual([]);
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
  expect(await library.openIds()).toEqual([task]);
});

test('they are listed by channel, oldest first, and counted', async () => {
  const library = await Library.open();
  const send = (channel: string) => library.send({ channel, content: structured('task') });
  const [north, south, north2] = [await send('north'), await send('south'), await send('north')];
  expect(await library.openIds('north')).toEqual([north.id, north2.id]);
  expect(await library.openIds('nowhere')).toEqual([]);
  expect(await library.openCounts()).toEqual({
    north: { count: 2, oldestAt: north.timestamp },
    south: { count: 1, oldestAt: south.timestamp },
  });
  await library.send({ channel: 'elsewhere', content: structured('error', { reply_to: north.id }) });
  expect(await library.openIds('north')).toEqual([north2.id]);
  expect(await library.openCounts()).toEqual({
    north: { count: 1, oldestAt: north2.timestamp },
    south: { count: 1, oldestAt: south.timestamp },
  });
});

test('they are read forwards and backwards', async () => {
  const library = await Library.open();
  const seqs: number[] = [];
  for (let count = 0; count < 5; count++) {
    seqs.push((await library.send({ content: structured('task') })).seq);
    await library.send({ content: 'in between' });
  }
  const page = async (from: { afterSeq?: number; beforeSeq?: number }) => {
    const { messages } = await library.index.openQuestions({ channel: 'room', limit: 2, ...from });
    return messages.map(({ seq }) => seq);
  };
  expect(await page({})).toEqual(seqs.slice(3));
  expect(await page({ beforeSeq: seqs[3] ?? 0 })).toEqual(seqs.slice(1, 3));
  expect(await page({ afterSeq: 0 })).toEqual(seqs.slice(0, 2));
  expect(await page({ afterSeq: seqs[3] ?? 0 })).toEqual(seqs.slice(4));
});

test('those that are removed are neither listed nor counted', async () => {
  const library = await Library.open();
  const sendMany = (channel: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => library.send({ channel, content: structured('task') })));
  const few = await sendMany('few', 3);
  await sendMany('many', 250);
  expect((await library.openCounts())['many']?.count).toBe(250);

  // A large channel is emptied in the background: its rows are still there.
  await library.store.clear('many');
  expect(Object.keys(await library.openCounts())).toEqual(['few']);
  expect(await library.openIds('few')).toEqual(few.map(({ id }) => id));
  expect(await library.openIds('many')).toEqual([]);
  const again = await library.send({ channel: 'many', content: structured('task') });
  expect((await library.openCounts())['many']).toEqual({ count: 1, oldestAt: again.timestamp });

  await library.store.clear('few');
  await expect.poll(() => library.opened.db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(1);
  expect(await library.openCounts()).toEqual({
    many: { count: 1, oldestAt: again.timestamp },
  });
  expect(await library.store.trim('9999')).toBe(1);
  expect(await library.openCounts()).toEqual({});
  const left = (table: string) => library.opened.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  expect([left('relay_facts'), left('relay_open_questions'), left('relay_open_counts')]).toEqual([0, 0, 0]);
});

test('a question stays settled when its answer is removed', async () => {
  const library = await Library.open();
  const task = await library.send({ channel: 'tasks', content: structured('task') });
  await library.send({ channel: 'results', content: structured('result', { reply_to: task.id }) });
  expect(await library.openIds('tasks')).toEqual([]);
  await library.store.clear('results');
  expect(await library.openIds('tasks')).toEqual([]);
  expect(await library.thread(task.id)).toEqual([task]);
});

test('questions of other programs count too, and go when those delete them', async () => {
  const library = await Library.open();
  const other = connect(library.path);
  insertRow(other, 'theirs', JSON.stringify(structured('question')), 'hall');
  expect(await library.openIds('hall')).toEqual(['theirs']);
  other.exec(`DELETE FROM messages WHERE channel = 'hall'`);
  expect(await library.openIds('hall')).toEqual([]);
  expect(await library.openCounts()).toEqual({});
});
