import { beforeAll, describe, expect, test } from 'vitest';
import { expectError } from '../http/expect-answer.ts';
import { bearer, call, get, post, send, state } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { consumers, sendSeveral, task, untilRead, untilWaiting, wait, waitPath } from './requests.ts';

/** Waiting for messages over HTTP (wire specification 3.9, 6.7). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

describe('3.9 GET /api/wait', () => {
  test('answers at once with what is there, in records', async () => {
    const message = await post(relay, '/api/send', { channel: 'there', sender: 'alice', message: task });
    const { id, seq } = message.body as { id: string; seq: number };
    await send(relay, { channel: 'there', content: '{"schema_version":2,"type":"x","content":1}' });
    const answer = await wait(relay, { channel: 'there', consumer_id: 'c' });
    expect(Object.keys(answer)).toEqual([
      'channel',
      'messages',
      'next_cursor',
      'consumer_id',
      'warning',
      'timed_out',
    ]);
    expect(answer).toMatchObject({ consumer_id: 'c', warning: null, timed_out: false });
    const [first, second] = answer.messages;
    expect(first).toEqual({
      seq,
      id,
      channel: 'there',
      sender: 'alice',
      content: '{"content":{"do":"tidy up"},"schema_version":1,"type":"task"}',
      timestamp: anyText,
      origin: { label: 'a client on this machine', client: null },
      encoding: 'structured',
      message: task,
    });
    expect(second).toMatchObject({ encoding: 'unsupported', parse_warning: anyText });
    expect(answer.next_cursor).toBe(second?.id);
  });

  test('answers 200 with every key when nothing came in time', async () => {
    expect(await wait(relay, { channel: 'quiet', consumer_id: 'c', timeout_seconds: '0' })).toEqual({
      channel: 'quiet',
      messages: [],
      next_cursor: null,
      consumer_id: 'c',
      warning: null,
      timed_out: true,
    });
    const { id } = await send(relay, { channel: 'quiet' });
    expect(await wait(relay, { channel: 'quiet', since_id: id, timeout_seconds: '0.01' })).toMatchObject({
      next_cursor: id,
      consumer_id: null,
      timed_out: true,
    });
  });

  test('answers at once when the cursor is unknown, and says what is gone', async () => {
    const [first] = await sendSeveral(relay, 'gone', 2);
    await post(relay, '/api/clear', { channel: 'gone' });
    const since_id = first?.id ?? '';
    expect(await wait(relay, { channel: 'gone', since_id })).toEqual({
      channel: 'gone',
      messages: [],
      next_cursor: since_id,
      consumer_id: null,
      warning: 'since_id_not_found',
      timed_out: false,
      history_lost: { removed: 2, since: anyText },
    });
  });

  test.each([
    ['no channel', { since_id: 'x' }, 'required', 'channel'],
    ['no cursor', { channel: 'x' }, 'required', 'cursor'],
    ['an empty consumer', { channel: 'x', consumer_id: '' }, 'required', 'consumer_id'],
    ['a limit that is no integer', { limit: '1.5' }, 'invalid_type', 'limit'],
    ['an empty limit', { limit: '' }, 'invalid_type', 'limit'],
    ['a time that is no number', { timeout_seconds: 'soon' }, 'invalid_type', 'timeout_seconds'],
    ['a time that is not finite', { timeout_seconds: 'nan' }, 'invalid_type', 'timeout_seconds'],
  ] as const)('refuses %s', async (what, query, code, field) => {
    const base = what.startsWith('no ') ? {} : { channel: 'x', consumer_id: 'c' };
    expectError(await get(relay, waitPath({ ...base, ...query })), 400, code, field);
  });

  test('moves a limit into its bounds, and takes 20 without one', async () => {
    await sendSeveral(relay, 'many', 25);
    const count = async (limit: Record<string, string>) =>
      (await wait(relay, { channel: 'many', consumer_id: 'c', ...limit })).messages.length;
    expect(await count({})).toBe(20);
    expect(await count({ limit: '0' })).toBe(1);
    expect(await count({ limit: ' 2_2 ' })).toBe(22);
    expect(await count({ limit: '9999' })).toBe(25);
  });

  test('a negative time does not wait', async () => {
    const query = { channel: 'hurry', consumer_id: 'c', timeout_seconds: '-5' };
    expect(await wait(relay, query)).toMatchObject({ timed_out: true });
  });
});

describe('6.7 one who waits', () => {
  test('is woken by a message to its channel and by no other', async () => {
    const { id } = await send(relay, { channel: 'mine' });
    const waiting = wait(relay, { channel: 'mine', since_id: id });
    await untilWaiting(relay, 1);
    await sendSeveral(relay, 'not-mine', 3);
    await post(relay, '/api/clear', { channel: 'not-mine' });
    expect(await state(relay)).toMatchObject({ waiters: 1 });
    await send(relay, { channel: 'mine', content: 'wake up' });
    expect(await waiting).toMatchObject({ timed_out: false, messages: [{ content: 'wake up' }] });
    await untilWaiting(relay, 0);
  });

  test('is woken by another process on the same database', async () => {
    await using other = await startRelay({ args: ['--db', relay.databasePath] });
    const waiting = wait(relay, { channel: 'foreign', consumer_id: 'c' });
    await untilWaiting(relay, 1);
    await send(other, { channel: 'foreign', content: 'from there' });
    expect((await waiting).messages).toMatchObject([{ content: 'from there' }]);
  });

  test('has read what it was answered', async () => {
    const waiting = wait(relay, { channel: 'awaited', consumer_id: 'bob' });
    await untilWaiting(relay, 1);
    const { seq } = await send(relay, { channel: 'awaited' });
    await waiting;
    const read = await untilRead(relay, { channel: 'awaited', consumer_id: 'bob', seq });
    expect(read).toMatchObject({ unread: 0, acked_seq: 0 });
  });

  test('frees its place when it leaves, and has read nothing', async () => {
    await using narrow = await startRelay({ args: ['--max-waiters', '1'] });
    const query = { channel: 'leaves', consumer_id: 'bob' };
    const connection = await RawConnection.open(narrow);
    connection.write(head(`GET ${waitPath(query)} HTTP/1.1`, 'Host: localhost'));
    await untilWaiting(narrow, 1);
    const refused = await get(narrow, waitPath({ ...query, consumer_id: 'carol' }));
    expectError(refused, 503, 'too_many_waiters');
    connection.close();
    await untilWaiting(narrow, 0);
    const { seq } = await send(narrow, { channel: 'leaves' });
    await wait(narrow, { ...query, consumer_id: 'carol' });
    await untilRead(narrow, { channel: 'leaves', consumer_id: 'carol', seq });
    expect((await consumers(narrow)).map(({ consumer_id }) => consumer_id)).toEqual(['carol']);
  });

  test('is answered at once when the relay stops', async () => {
    await using stopping = await startRelay();
    const waiting = wait(stopping, { channel: 'x', consumer_id: 'c', timeout_seconds: '55' });
    await untilWaiting(stopping, 1);
    const [answer, exit] = await Promise.all([waiting, stopping.stop()]);
    expect(answer).toMatchObject({ timed_out: true, messages: [] });
    expect(exit.code).toBe(0);
  });

  test('on behalf of a browser that signs out is told 401', async () => {
    await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' } });
    const headers = bearer('example');
    const signIn = await call(guarded, 'POST', '/api/session', { headers });
    const Cookie = signIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const waiting = get(guarded, waitPath({ channel: 'x', consumer_id: 'c' }), { Cookie });
    for (;;) if ((await state(guarded, headers)).waiters === 1) break;
    await call(guarded, 'DELETE', '/api/sessions', { headers });
    expectError(await waiting, 401, 'unauthorized');
    expect(await state(guarded, headers)).toMatchObject({ waiters: 0 });
  });
});
