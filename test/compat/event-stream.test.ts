import { beforeAll, describe, expect, test } from 'vitest';
import { follow, openEvents, type EventReader } from '../support/event-reader.ts';
import { call, get, post, send, state } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { textWith } from '../support/matchers.ts';

/** Section 4 of the wire specification: the rows that 0.9.1 has, as decided where versions differ. */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_SSE_REPLAY_LIMIT: '5' } });
});

async function sendAll(channel: string, ...contents: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const content of contents) ids.push((await send(relay, { channel, content })).id);
  return ids;
}

/** Contents of the next messages; other events by their names. */
async function read(stream: EventReader, count: number): Promise<unknown[]> {
  const frames = await stream.take(count);
  return frames.map(({ event, data }) => (event === 'message' ? data['content'] : event));
}

describe('4.1 request', () => {
  test.each([
    ['proj/a b', 'proj/a%20b'],
    ['proj/a b', 'proj%2Fa%20b'],
    ['a+b', 'a+b'],
    ['a:b', 'a:b'],
    ['a%20b', 'a%2520b'],
    ['grüße 🦊', 'gr%C3%BC%C3%9Fe%20%F0%9F%A6%8A'],
    ['x?y#z', 'x%3Fy%23z'],
    ['../up', '../up'],
  ])('the channel %j is the rest of the path %s, decoded once', async (channel, path) => {
    using stream = await openEvents(relay, `/events/channel/${path}`);
    await send(relay, { channel, content: 'found' });
    expect(await read(stream, 1)).toEqual(['found']);
  });

  test('without a cursor there is no backlog', async () => {
    await sendAll('live-only', 'before');
    using stream = await follow(relay, 'live-only');
    await sendAll('live-only', 'after');
    expect(await read(stream, 1)).toEqual(['after']);
  });

  test('Last-Event-ID wins over since_id', async () => {
    const [first = '', second = ''] = await sendAll('cursors', '1', '2', '3');
    using stream = await openEvents(relay, `/events/channel/cursors?since_id=${first}`, {
      'Last-Event-ID': second,
    });
    expect(await read(stream, 1)).toEqual(['3']);
  });

  test('an empty Last-Event-ID is none, so since_id counts', async () => {
    const [first = ''] = await sendAll('empty-cursor', '1', '2');
    using stream = await openEvents(relay, `/events/channel/empty-cursor?since_id=${first}`, {
      'Last-Event-ID': '',
    });
    expect(await read(stream, 1)).toEqual(['2']);
  });

  test.each([
    ['/events/channel/', 'required'],
    ['/events/channel/%FF', 'invalid_value'],
    ['/events/channel/%', 'invalid_value'],
  ])('the name in %s is refused with 400 %s', async (path, code) => {
    const answer = await get(relay, path);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ field: 'channel', code });
  });
});

test('4.2 headers are sent at once, before any event, and nothing else', async () => {
  using stream = await follow(relay, 'headers');
  expect(stream.response.statusCode).toBe(200);
  expect(stream.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'keep-alive',
    'x-accel-buffering': 'no',
    'transfer-encoding': 'chunked',
  });
  const { id } = await send(relay, { channel: 'headers' });
  await stream.next();
  // No hello event and no retry line came before.
  expect(stream.text.startsWith(`id: ${id}\r\n`)).toBe(true);
});

describe('4.3 frames', () => {
  test('a message is id, event and data, each line ended by CRLF, data in ASCII with blanks as Python prints it', async () => {
    using stream = await follow(relay, 'frames');
    const content = 'line1\nline2 é \u2028 \u0085 🦊 "q" \\ \u007f';
    const { id, seq, ts } = await send(relay, { channel: 'frames', sender: 'mac', content });
    const frame = await stream.next();
    expect(frame?.raw).toMatch(
      new RegExp(
        `^id: ${id}\\r\\nevent: message\\r\\ndata: \\{"seq": ${seq}, "id": "${id}", "sender": "mac", "content": "[\\x20-\\x7e]+"[\\x20-\\x7e]*\\}\\r\\n\\r\\n$`,
      ),
    );
    expect(frame?.raw).toContain('line1\\nline2 \\u00e9 \\u2028 \\u0085 \\ud83e\\udd8a \\"q\\" \\\\ \\u007f');
    expect(frame?.data).toMatchObject({ seq, id, sender: 'mac', content, timestamp: ts });
  });

  test('the payload is a superset: channel, ts, is_json and preview besides', async () => {
    using stream = await follow(relay, 'superset');
    const { ts } = await send(relay, { channel: 'superset', content: '{"type":"task"}' });
    expect((await stream.next())?.data).toMatchObject({
      channel: 'superset',
      ts,
      is_json: true,
      preview: '{"type":"task"}',
    });
  });

  test('a clear says channel and count, also when there was nothing to remove', async () => {
    await sendAll('cleared', '1', '2', '3');
    using stream = await follow(relay, 'cleared');
    for (let round = 0; round < 2; round++) await post(relay, '/api/clear', { channel: 'cleared' });
    const [full, empty] = await stream.take(2);
    expect(full).toMatchObject({ event: 'clear', data: { channel: 'cleared', cleared: 3 } });
    expect(empty).toMatchObject({ event: 'clear', data: { channel: 'cleared', cleared: 0 } });
    expect(full?.raw).toContain('data: {"channel": "cleared", "cleared": 3');
  });

  test('cursor_stale is the first frame after an unknown cursor, has no id, and the stream goes on live', async () => {
    await sendAll('stale', 'before');
    using stream = await openEvents(relay, '/events/channel/stale?since_id=bogus');
    await sendAll('stale', 'after');
    const [stale, message] = await stream.take(2);
    expect(stale?.raw).toBe('event: cursor_stale\r\ndata: {"since_id": "bogus"}\r\n\r\n');
    expect(message?.data['content']).toBe('after');
  });

  test('a stream has the events of its channel only', async () => {
    using stream = await follow(relay, 'mine');
    await sendAll('other', 'theirs');
    await post(relay, '/api/clear', { channel: 'other' });
    await sendAll('mine', 'ours');
    expect(await read(stream, 1)).toEqual(['ours']);
  });

  test('two subscribers both get everything', async () => {
    using first = await follow(relay, 'both');
    using second = await follow(relay, 'both');
    await sendAll('both', '1', '2');
    expect(await read(first, 2)).toEqual(['1', '2']);
    expect(await read(second, 2)).toEqual(['1', '2']);
  });
});

describe('4.4 replay', () => {
  test('what lies after the cursor comes first, exclusive, ascending, each with its id, then live', async () => {
    const [first = '', ...later] = await sendAll('replay', '1', '2', '3');
    using stream = await openEvents(relay, `/events/channel/replay?since_id=${first}`);
    const replayed = await stream.take(2);
    expect(replayed.map(({ id }) => id)).toEqual(later);
    expect(replayed.map(({ data }) => data['content'])).toEqual(['2', '3']);
    await sendAll('replay', '4');
    expect(await read(stream, 1)).toEqual(['4']);
  });

  test('beyond the limit the stream says so and ends, and resuming from the last id fetches the next page', async () => {
    const [first = ''] = await sendAll('long', ...Array.from({ length: 9 }, (_, n) => `${n}`));
    using page = await openEvents(relay, `/events/channel/long?since_id=${first}`);
    const frames = await page.rest();
    expect(frames.map(({ data }) => data['content'])).toEqual(['1', '2', '3', '4', '5', undefined]);
    const [last, truncated] = frames.slice(-2);
    expect(truncated?.raw).toBe('event: replay_truncated\r\ndata: {"limit": 5}\r\n\r\n');
    using next = await follow(relay, 'long', { 'Last-Event-ID': last?.id ?? '' });
    expect(await read(next, 3)).toEqual(['6', '7', '8']);
  });

  test('a backlog of exactly the limit is not truncated', async () => {
    const [first = ''] = await sendAll('exact', '0', '1', '2', '3', '4', '5');
    using stream = await openEvents(relay, `/events/channel/exact?since_id=${first}`);
    await stream.take(5);
    await sendAll('exact', 'live');
    expect(await read(stream, 1)).toEqual(['live']);
  });

  test('a cursor of another channel is stale', async () => {
    const [foreign = ''] = await sendAll('foreign', 'theirs');
    using stream = await openEvents(relay, `/events/channel/own?since_id=${foreign}`);
    expect((await stream.next())?.event).toBe('cursor_stale');
  });

  test('10.1 row 7: a clear has an id from which a reader resumes without being stale', async () => {
    using before = await follow(relay, 'clear-id');
    await sendAll('clear-id', '1');
    await post(relay, '/api/clear', { channel: 'clear-id' });
    const [, clear] = await before.take(2);
    await sendAll('clear-id', '2');
    using after = await follow(relay, 'clear-id', { 'Last-Event-ID': clear?.id ?? '' });
    expect(await read(after, 1)).toEqual(['2']);
  });

  test('10.1 row 5: messages sent while streams resume come exactly once', async () => {
    const [cursor = ''] = await sendAll('window', 'start');
    const contents = Array.from({ length: 4 }, (_, n) => `${n}`);
    const sending = Promise.all(contents.map((content) => send(relay, { channel: 'window', content })));
    const streams = await Promise.all(
      contents.map(() => openEvents(relay, `/events/channel/window?since_id=${cursor}`)),
    );
    await sending;
    await sendAll('window', 'end');
    for (const stream of streams) {
      expect((await read(stream, 5)).toSorted()).toEqual([...contents, 'end']);
      stream.close();
    }
  });
});

describe('4.7 caps', () => {
  test('the per-channel and the global cap are 503 with Retry-After, told apart by code and text', async () => {
    await using small = await startRelay({
      env: { CLAUDE_BRIDGE_MAX_SSE: '3', CLAUDE_BRIDGE_MAX_SSE_PER_CHANNEL: '2' },
    });
    using first = await follow(small, 'a');
    using _second = await follow(small, 'a');
    const perChannel = await get(small, '/events/channel/a');
    expect(perChannel.status).toBe(503);
    expect(Number(perChannel.headers['retry-after'])).toBeGreaterThan(0);
    expect(perChannel.body).toMatchObject({
      code: 'too_many_channel_subscribers',
      error: textWith('channel'),
    });
    using _third = await follow(small, 'b');
    const global = await get(small, '/events/channel/c');
    expect(global.status).toBe(503);
    expect(Number(global.headers['retry-after'])).toBeGreaterThan(0);
    expect(global.body).toMatchObject({
      code: 'too_many_subscribers',
      error: textWith('server'),
    });
    expect(await state(small)).toMatchObject({ sse_subscribers: 3 });
    expect(first.response.destroyed).toBe(false);
  });

  test('10.1 row 12: HEAD answers like a stream and takes no slot', async () => {
    await using single = await startRelay({ env: { CLAUDE_BRIDGE_MAX_SSE: '1' } });
    for (let n = 0; n < 3; n++) {
      const answer = await call(single, 'HEAD', '/events/channel/x');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
      expect(await state(single)).toMatchObject({ sse_subscribers: 0 });
    }
    using _stream = await follow(single, 'x');
  });
});

describe('4.8 authentication', () => {
  test('a bearer header or ?token= opens the stream; a wrong Bearer header is final', async () => {
    const token = 'example token/ü';
    await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const status = async (query: string, headers = {}) =>
      (await call(guarded, 'HEAD', `/events/channel/x${query}`, { headers })).status;
    const query = `?token=${encodeURIComponent(token)}`;
    const header = Buffer.from(`Bearer ${token}`).toString('latin1');
    expect(await status('')).toBe(401);
    expect(await status('?token=wrong')).toBe(401);
    expect(await status(query)).toBe(200);
    expect(await status('', { Authorization: header })).toBe(200);
    expect(await status(query, { Authorization: 'Basic abc' })).toBe(200);
    expect(await status(query, { Authorization: 'Bearer wrong' })).toBe(401);
    expect((await get(guarded, `/api/state${query}`)).status).toBe(401);
  });
});
