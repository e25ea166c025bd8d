import { expect, test } from 'vitest';
import { Library, structured, threadRequest } from './support.ts';

test('a thread goes by its id, else by its correlation, else by the message that all of it answers', async () => {
  const library = await Library.open();
  const root = await library.send({ content: structured('note') });
  const reply = await library.send({ content: structured('note', { reply_to: root.id }) });
  const second = await library.send({ content: structured('note', { reply_to: reply.id }) });
  const named = await library.send({
    content: structured('note', { reply_to: root.id, thread_id: 'plan', correlation_id: 'other' }),
  });
  const correlated = await library.send({
    content: structured('note', { correlation_id: 'c/1', reply_to: root.id }),
  });
  const follower = await library.send({
    content: structured('note', { reply_to: named.id, recipient: 'bob' }),
  });

  expect(await library.thread(root.id)).toEqual([root, reply, second]);
  expect(await library.thread('plan')).toEqual([named, follower]);
  expect(await library.thread('c/1')).toEqual([correlated]);
  expect(await library.thread('nothing')).toEqual([]);
});

test('any of its messages leads to a thread, which says what it is called', async () => {
  const library = await Library.open();
  const root = await library.send({ content: structured('note') });
  const reply = await library.send({ content: structured('note', { reply_to: root.id }) });
  const named = await library.send({
    content: structured('note', { reply_to: root.id, thread_id: 'plan' }),
  });
  const page = (id: string) => library.index.thread(threadRequest(id));
  expect(await page(reply.id)).toMatchObject({ thread: root.id, messages: [root, reply] });
  expect(await page(named.id)).toMatchObject({ thread: 'plan', messages: [named] });
  await library.store.clear('room');
  expect(await page(reply.id)).toMatchObject({ thread: reply.id, messages: [] });
});

test('a thread is open as long as something in it waits for an answer', async () => {
  const library = await Library.open();
  const isOpen = async (channel?: string) =>
    (await library.index.thread(threadRequest('plan', channel, 1))).open;
  const thread_id = 'plan';
  await library.sendAll(structured('note', { thread_id }));
  expect(await isOpen()).toBe(false);
  await library.sendAll(structured('question', { thread_id }), structured('note', { thread_id }));
  expect([await isOpen(), await isOpen('room'), await isOpen('hall')]).toEqual([true, true, false]);
  await library.sendAll(structured('answer', { thread_id }));
  expect(await isOpen()).toBe(false);
  await library.sendAll(structured('task', { thread_id }));
  await library.store.clear('room');
  expect(await isOpen()).toBe(false);
});

test('plain text can be answered', async () => {
  const library = await Library.open();
  const text = await library.send({ content: 'who is there?' });
  const reply = await library.send({ content: structured('answer', { reply_to: text.id }) });
  expect(await library.thread(text.id)).toEqual([text, reply]);
  expect(await library.thread(reply.id)).toEqual([text, reply]);
});

test('a reply to what is not there makes a thread of its own', async () => {
  const library = await Library.open();
  const reply = await library.send({ content: structured('note', { reply_to: 'long gone' }) });
  expect(await library.thread('long gone')).toEqual([reply]);
});

test('a thread may reach across channels and be read in one of them', async () => {
  const library = await Library.open();
  const task = await library.send({ channel: 'tasks', content: structured('task') });
  const result = await library.send({
    channel: 'results',
    content: structured('result', { reply_to: task.id }),
  });
  expect(await library.thread(task.id)).toEqual([task, result]);
  expect(await library.thread(result.id, 'results')).toEqual([result]);
  expect(await library.thread(task.id, 'tasks')).toEqual([task]);
});

test('what may not be read shows nothing of a thread', async () => {
  const library = await Library.open();
  const thread_id = 'plan';
  const open = await library.send({ content: structured('note', { thread_id }) });
  const secret = await library.send({ channel: 'secret', content: structured('task', { thread_id }) });
  const page = (id: string) =>
    library.index.thread({ id, mayRead: (channel) => channel !== 'secret', limit: 10 });
  expect(await page('plan')).toMatchObject({ thread: 'plan', messages: [open], open: false });
  expect(await page(secret.id)).toMatchObject({ thread: secret.id, messages: [] });
});

test('a long thread is read backwards page by page, its beginning included', async () => {
  const library = await Library.open();
  const root = await library.send({ content: 'begin' });
  for (let count = 0; count < 130; count++) {
    await library.send({ content: structured('note', { reply_to: root.id, content: count }) });
  }
  const newest = await library.index.thread(threadRequest(root.id, undefined, 100));
  expect(newest.messages).toHaveLength(100);
  const rest = await library.index.thread({
    ...threadRequest(root.id, undefined, 100),
    beforeSeq: newest.nextBefore ?? undefined,
  });
  expect(rest.nextBefore).toBeNull();
  const seqs = [...rest.messages, ...newest.messages].map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 131 }, (_, index) => root.seq + index));
});

test('JSON with a type and nothing else is found by its type, and is in no thread but its own', async () => {
  const library = await Library.open();
  const content = { type: 'status', reply_to: 'x', thread_id: 'y' };
  const legacy = await library.send({ content });
  expect(await library.find({ type: 'status' })).toEqual([JSON.stringify(content)]);
  expect(await library.thread('y')).toEqual([]);
  expect(await library.thread('x')).toEqual([]);
  expect(await library.thread(legacy.id)).toEqual([legacy]);
});
