import { expect, test } from 'vitest';
import { Library, structured } from './support.ts';

test('a thread goes by its id, else by its correlation, else by the message that all of it answers', async () => {
  const library = await Library.open();
  const { index } = library;
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
  const messages = [root, reply, second, named, correlated, follower];

  const facts = await index.facts(messages.map(({ seq }) => seq));
  expect(messages.map(({ seq }) => facts.get(seq)?.thread)).toEqual([
    root.id,
    root.id,
    root.id,
    'plan',
    'c/1',
    'plan',
  ]);
  expect(facts.get(follower.seq)).toEqual({
    type: 'note',
    thread: 'plan',
    replyTo: named.id,
    recipient: 'bob',
    open: false,
  });
  expect((await index.thread({ key: root.id, limit: 10 })).messages).toEqual([root, reply, second]);
  expect((await index.thread({ key: 'plan', limit: 10 })).messages).toEqual([named, follower]);
  expect((await index.thread({ key: 'c/1', limit: 10 })).messages).toEqual([correlated]);
  expect((await index.thread({ key: named.id, limit: 10 })).messages).toEqual([]);
  expect((await index.thread({ key: 'nothing', limit: 10 })).messages).toEqual([]);
});

test('plain text can be answered', async () => {
  const library = await Library.open();
  const text = await library.send({ content: 'who is there?' });
  const reply = await library.send({ content: structured('answer', { reply_to: text.id }) });
  expect((await library.index.thread({ key: text.id, limit: 10 })).messages).toEqual([text, reply]);
});

test('a reply to what is not there makes a thread of its own', async () => {
  const library = await Library.open();
  const reply = await library.send({ content: structured('note', { reply_to: 'long gone' }) });
  expect((await library.index.thread({ key: 'long gone', limit: 10 })).messages).toEqual([reply]);
});

test('a thread may reach across channels and be read in one of them', async () => {
  const library = await Library.open();
  const task = await library.send({ channel: 'tasks', content: structured('task') });
  const result = await library.send({
    channel: 'results',
    content: structured('result', { reply_to: task.id }),
  });
  const { index } = library;
  expect((await index.thread({ key: task.id, limit: 10 })).messages).toEqual([task, result]);
  expect((await index.thread({ key: task.id, channel: 'results', limit: 10 })).messages).toEqual([result]);
  expect((await index.thread({ key: task.id, channel: 'tasks', limit: 10 })).messages).toEqual([task]);
});

test('a long thread is read backwards page by page, its beginning included', async () => {
  const library = await Library.open();
  const root = await library.send({ content: 'begin' });
  for (let count = 0; count < 130; count++) {
    await library.send({ content: structured('note', { reply_to: root.id, content: count }) });
  }
  const newest = await library.index.thread({ key: root.id, limit: 100 });
  expect(newest.messages).toHaveLength(100);
  const rest = await library.index.thread({
    key: root.id,
    beforeSeq: newest.nextBefore ?? undefined,
    limit: 100,
  });
  expect(rest.nextBefore).toBeNull();
  const seqs = [...rest.messages, ...newest.messages].map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: 131 }, (_, index) => root.seq + index));
});

test('JSON with a type and nothing else is known by its type', async () => {
  const library = await Library.open();
  const legacy = await library.send({ content: { type: 'status', reply_to: 'x', thread_id: 'y' } });
  const text = await library.send({ content: 'plain' });
  expect(await library.index.facts([legacy.seq, text.seq, 99])).toEqual(
    new Map([
      [legacy.seq, { type: 'status', thread: legacy.id, replyTo: null, recipient: null, open: false }],
    ]),
  );
});
