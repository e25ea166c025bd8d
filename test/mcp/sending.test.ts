import { expect, test } from 'vitest';
import { relayLimits, sendDirectly, tester } from './relay-directly.ts';
import { contentsOf, messagesOf } from './sdk-client.ts';
import { startAgent, transports } from './transports.ts';

const said = { channel: 'x', sender: 'alice' };
const task = { schema_version: 1, type: 'task', content: { do: 'build' }, thread_id: 't1', recipient: 'bob' };

test.each(transports)('an envelope comes out as it went in (%s)', async (transport) => {
  const { call } = await startAgent(transport);
  expect(await call('bridge_send', { ...said, message: task })).toMatchObject({ isError: false });
  const answer = await call('bridge_receive', { channel: 'x' });
  expect(answer.structured['messages']).toMatchObject([
    { encoding: 'structured', message: task, content: expect.stringContaining('"thread_id":"t1"') as string },
  ]);
});

test('content that only looks like an envelope comes with the reason why it is none', async () => {
  const { call, relay } = await startAgent('mcp');
  await sendDirectly(relay, 'x', '{"schema_version":2,"type":"task","content":1}');
  await sendDirectly(relay, 'x', '{"schema_version":1,"type":"TASK","content":1}');
  const { structured } = await call('bridge_receive', { channel: 'x' });
  expect(structured['messages']).toMatchObject([
    { encoding: 'unsupported', parse_warning: expect.stringContaining('version') as string },
    { encoding: 'invalid', parse_warning: expect.stringContaining('type') as string },
  ]);
});

test.each([
  ['neither form', {}, 'content', 'required'],
  ['both forms', { content: 'c', message: task }, 'content', 'invalid_value'],
  ['a message that is no object', { message: 'text' }, 'message', 'invalid_type'],
  ['another version', { message: { ...task, schema_version: 2 } }, 'schema_version', 'invalid_protocol'],
  ['a field that no envelope has', { message: { ...task, to: 'bob' } }, 'message', 'unknown_field'],
  ['an empty key', { content: 'c', idempotency_key: '' }, 'idempotency_key', 'required'],
])('%s is refused, and nothing is stored', async (_what, input, field, code) => {
  const { call, relay } = await startAgent('mcp');
  const { isError, structured } = await call('bridge_send', { ...said, ...input });
  expect(isError).toBe(true);
  expect(structured).toMatchObject({ field, code });
  expect(await relay.totals(tester)).toMatchObject({ messages: 0 });
});

test('a send that is repeated with its key is stored once, and only the repetition says so', async () => {
  const { call } = await startAgent('mcp');
  const keyed = { ...said, content: 'pay', idempotency_key: 'k' };
  const first = await call('bridge_send', keyed);
  const again = await call('bridge_send', keyed);
  expect(first.text).not.toContain('deduplicated');
  expect(again.text.split('\n')[4]).toBe('  deduplicated: true');
  const { id, seq, timestamp } = first.structured;
  expect(again.structured).toMatchObject({ id, seq, timestamp, deduplicated: true });
  expect(contentsOf(await call('bridge_receive', { channel: 'x' }))).toEqual(['pay']);
});

test("an envelope's own key counts as well", async () => {
  const { call } = await startAgent('mcp');
  const message = { ...task, dedupe_key: 'k' };
  await call('bridge_send', { ...said, message });
  const { structured } = await call('bridge_send', { ...said, message });
  expect(structured).toMatchObject({ deduplicated: true });
});

test('a key that was used for something else is a conflict', async () => {
  const { call } = await startAgent('mcp');
  await call('bridge_send', { ...said, content: 'one', idempotency_key: 'k' });
  const { isError, text, structured } = await call('bridge_send', {
    ...said,
    content: 'two',
    idempotency_key: 'k',
  });
  expect([isError, structured['code']]).toEqual([true, 'conflict']);
  expect(text).toContain('(conflict)');
  expect(contentsOf(await call('bridge_receive', { channel: 'x' }))).toEqual(['one']);
});

test('the answer says who listens, and never that anybody got the message', async () => {
  const { call, relay } = await startAgent('mcp');
  const nobody = await call('bridge_send', { ...said, content: 'one' });
  expect(nobody.text).toContain('listening: nobody');
  expect(nobody.structured['listening']).toMatchObject({ nobody: true });

  const [message] = messagesOf(await call('bridge_receive', { channel: 'x', consumer_id: 'bob' }));
  await call('bridge_ack', { channel: 'x', consumer_id: 'bob', message_id: message?.id });
  const waiting = call('bridge_wait', { channel: 'x', consumer_id: 'carol', since_id: message?.id });
  await expect.poll(() => relay.waiting).toBe(1);
  const { text, structured } = await call('bridge_send', { ...said, content: 'two' });
  expect(text).toMatch(/listening: 1 waiting, 0 streaming; followed by bob \(last seen .*\)$/);
  expect(structured['listening']).toMatchObject({
    waiting: 1,
    consumers: [{ consumer_id: 'bob' }],
    nobody: false,
  });
  expect(`${nobody.text}${text}`).not.toMatch(/deliver/i);
  await waiting;
});

test('who says the same again and again is asked whether that is meant', async () => {
  const { call } = await startAgent('mcp');
  const answers = [];
  for (let i = 0; i < 5; i++) answers.push(await call('bridge_send', { ...said, content: 'same' }));
  expect(answers.map(({ structured }) => structured['warning'])).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'identical_repeat',
  ]);
  expect(answers[4]?.text).toContain('the same 5 times');
});

test('who only ever answers answers is stopped, and told how to go on', async () => {
  const { call } = await startAgent('mcp');
  const { structured: first } = await call('bridge_send', { ...said, content: 'ping' });
  let reply_to = first['id'];
  const pong = () => {
    const message = { schema_version: 1, type: 'note', content: 'pong', reply_to };
    return call('bridge_send', { ...said, message });
  };
  for (let hop = 0; hop < relayLimits.maxHops; hop++) reply_to = (await pong()).structured['id'];
  const { isError, text, structured } = await pong();
  expect([isError, structured['code'], structured['field']]).toEqual([true, 'too_many_hops', 'reply_to']);
  expect(text).toContain('begin anew without reply_to');
});
