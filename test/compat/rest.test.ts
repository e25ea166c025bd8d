import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { call, get, list, post, send, state, type Answer } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { writeAsOriginal } from './original-database.ts';
import { anyNumber, anyText, textLike, textWith } from '../support/matchers.ts';

/** Section 3 of the wire specification: the rows that 0.9.1 has, as decided where versions differ. */

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Content whose tail lies beyond what a listing shows, with characters of two UTF-16 units. */
const longContent = `${'🦊'.repeat(150)}${'x'.repeat(100)}`;

let relay: Relay;

beforeAll(async () => {
  const db = join(scratchDirectory(), 'original.db');
  writeAsOriginal(db, [
    { id: 'old-1', channel: ' leading blank', sender: 'mac', content: 'odd name' },
    { id: 'old-2', channel: 'bell\u0007', sender: 'mac', content: 'control character' },
    { id: 'old-3', channel: 'nan', sender: 'mac', content: '{"a":NaN}' },
    { id: 'old-4', channel: 'nan', sender: 'mac', content: `${'['.repeat(50_000)}${']'.repeat(50_000)}` },
    { id: 'old-5', channel: 'nan', sender: 'mac', content: '' },
  ]);
  relay = await startRelay({ args: ['--db', db] });
});

/** Of whatever a test sends. */
const origin = { label: 'a client on this machine', client: null };

describe('3.1 general', () => {
  test('JSON comes compact, unescaped and as application/json without a charset, with Vary: Origin', async () => {
    const { channel } = await send(relay, { channel: 'général', content: 'grüße 🦊' });
    const { headers, text } = await get(relay, `/api/messages?channel=${encodeURIComponent(channel)}`);
    expect(headers['content-type']).toBe('application/json');
    expect(headers.vary).toBe('Origin');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toContain('"channel":"général"');
    expect(text).toContain('"preview":"grüße 🦊"');
    expect(text).toBe(JSON.stringify(JSON.parse(text)));
  });

  test.each(['/status', '/api/state', '/api/messages?channel=x', '/api/audit', '/readyz', '/'])(
    'HEAD %s answers as GET does, without a body',
    async (path) => {
      const [answer, expected] = [await call(relay, 'HEAD', path), await get(relay, path)];
      expect(answer.status).toBe(expected.status);
      expect(answer.text).toBe('');
      expect(answer.headers['content-type']).toBe(expected.headers['content-type']);
    },
  );

  test('unknown keys in bodies and unknown query parameters are ignored', async () => {
    const sent = await post(relay, '/api/send', { channel: 'u', sender: 's', content: 'c', extra: { a: 1 } });
    expect(sent.status).toBe(200);
    expect((await post(relay, '/api/clear', { channel: 'u', extra: true })).status).toBe(200);
    expect((await get(relay, '/api/messages?channel=u&colour=blue')).status).toBe(200);
  });

  test.each([
    ['GET', '/nowhere', 404, 'not_found'],
    ['GET', '/api/nowhere', 404, 'not_found'],
    ['GET', '/api/state/', 404, 'not_found'],
    ['GET', '/events/nowhere', 404, 'not_found'],
    ['DELETE', '/api/state', 405, 'method_not_allowed'],
    ['GET', '/api/send', 405, 'method_not_allowed'],
  ])('%s %s is %i in JSON, as every error is', async (method, path, status, code) => {
    const answer = await call(relay, method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toMatchObject({ code, error: anyText, message: anyText });
  });
});

describe('3.3 GET /api/state', () => {
  test('an empty relay has every key', async () => {
    await using empty = await startRelay();
    expect(await state(empty)).toMatchObject({
      service: 'claude-bridge',
      status: 'online',
      version: anyText,
      uptime_seconds: anyNumber,
      uptime_human: textLike(/^\d{2,}:\d\d:\d\d$/),
      total_messages: 0,
      channels: [],
      sse_subscribers: 0,
      sse_dropped_events: 0,
      retention_days: 0,
      audit_enabled: false,
      server_time: textLike(timestamp),
    });
  });

  test('a channel has its parts, count, newest time and distinct senders in binary order', async () => {
    for (const sender of ['zoe', 'Zoe', 'éva', 'zoe']) await send(relay, { channel: 'proj:state', sender });
    const last = await send(relay, { channel: 'proj:state', sender: 'amy' });
    const { channels } = await state(relay);
    expect(channels.find(({ id }) => id === 'proj:state')).toMatchObject({
      id: 'proj:state',
      group: 'proj',
      name: 'state',
      count: 5,
      last_ts: last.ts.slice(11, 19),
      last_ts_full: last.ts,
      senders: ['Zoe', 'amy', 'zoe', 'éva'],
    });
  });

  test.each([
    ['plain', '', 'plain'],
    ['a:b:c', 'a', 'b:c'],
    ['tail:', '', 'tail:'],
    [':lead', '', 'lead'],
  ])('the channel %j has group %j and name %j', async (channel, group, name) => {
    await send(relay, { channel });
    const { channels } = await state(relay);
    expect(channels.find(({ id }) => id === channel)).toMatchObject({ group, name });
  });

  test('channels come in binary order, and the total is the sum of their counts', async () => {
    for (const channel of ['Order', 'order', 'örder', '\u{1f600}', '\uffee']) await send(relay, { channel });
    const { channels, total_messages } = await state(relay);
    const ids = channels.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(total_messages).toBe(channels.reduce((sum, { count }) => sum + count, 0));
  });

  test('a channel exists only while it has messages', async () => {
    await send(relay, { channel: 'short-lived' });
    await post(relay, '/api/clear', { channel: 'short-lived' });
    expect((await state(relay)).channels.map(({ id }) => id)).not.toContain('short-lived');
  });
});

describe('3.4 GET /api/messages', () => {
  test('an empty channel is answered with exactly two keys', async () => {
    expect(await list(relay, 'nobody-here')).toEqual({ channel: 'nobody-here', messages: [] });
  });

  test.each(['/api/messages', '/api/messages?channel='])('%s: the channel is required', async (path) => {
    const answer = await get(relay, path);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ field: 'channel', code: 'required' });
  });

  test("a plain item has the original's seven keys, and its origin", async () => {
    const { id, seq, ts } = await send(relay, { channel: 'item', sender: 'bob', content: 'plain' });
    expect(await list(relay, 'item')).toEqual({
      channel: 'item',
      messages: [{ seq, id, ts, ts_full: ts, sender: 'bob', is_json: false, preview: 'plain', origin }],
      next_cursor: id,
    });
  });

  test('full swaps the preview for the content, in any spelling of yes', async () => {
    await send(relay, { channel: 'full', content: longContent });
    for (const full of ['true', 'TRUE', '1', 'Yes']) {
      const [item] = (await list(relay, 'full', { full })).messages;
      expect(item?.content).toBe(longContent);
      expect(item).not.toHaveProperty('preview');
    }
    for (const full of ['false', '0', 'on', '']) {
      expect((await list(relay, 'full', { full })).messages[0]).not.toHaveProperty('content');
    }
  });

  test('a preview is the whole content up to 200 code points, else 200 and an ellipsis', async () => {
    const fitting = '🦊'.repeat(200);
    await send(relay, { channel: 'preview', content: fitting });
    await send(relay, { channel: 'preview', content: longContent });
    const previews = (await list(relay, 'preview')).messages.map(({ preview }) => preview);
    expect(previews).toEqual([fitting, `${'🦊'.repeat(150)}${'x'.repeat(50)}…`]);
  });

  test.each([
    ['{"a":1}', true],
    ['\u00a0\u0085\u2028[1, 2]\n', true],
    ['\ufeff{}', false],
    ['{"a":1', false],
    ['{"a":NaN}', false],
    ['42', false],
    ['"text"', false],
    ['null', false],
  ])('is_json of %j is %j', async (content, is_json) => {
    const { id } = await send(relay, { channel: 'json', content });
    const { messages } = await list(relay, 'json', { limit: '1' });
    expect(messages[0]).toMatchObject({ id, is_json });
  });

  test('without a cursor the newest messages come, ascending; with one the oldest after it, exclusive', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push((await send(relay, { channel: 'pages', content: `${n}` })).id);
    const page = async (query: Record<string, string>) =>
      (await list(relay, 'pages', query)).messages.map(({ preview }) => preview).join('');
    expect(await page({ limit: '2' })).toBe('45');
    expect(await page({ limit: '2', since_id: ids[1] ?? '' })).toBe('23');
    expect(await page({ since_id: ids[5] ?? '' })).toBe('');
    expect(await page({ since_id: '' })).toBe('012345');
    const { messages } = await list(relay, 'pages');
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq).toSorted((a, b) => a - b));
  });

  test('next_cursor is the last id, else the cursor that was sent', async () => {
    const { id } = await send(relay, { channel: 'cursor' });
    expect(await list(relay, 'cursor')).toMatchObject({ next_cursor: id });
    expect(await list(relay, 'cursor', { since_id: id })).toEqual({
      channel: 'cursor',
      messages: [],
      next_cursor: id,
    });
  });

  test('an unknown cursor is 200 with a warning, and no messages leak', async () => {
    await send(relay, { channel: 'stale' });
    expect(await list(relay, 'stale', { since_id: 'bogus' })).toEqual({
      channel: 'stale',
      messages: [],
      next_cursor: 'bogus',
      warning: 'since_id_not_found',
    });
  });

  test('a cursor of another channel is unknown here', async () => {
    const { id } = await send(relay, { channel: 'elsewhere' });
    await send(relay, { channel: 'here' });
    expect(await list(relay, 'here', { since_id: id })).toMatchObject({
      messages: [],
      warning: 'since_id_not_found',
    });
  });

  test('a cursor that a clear removed is unknown', async () => {
    const { id } = await send(relay, { channel: 'gone' });
    await post(relay, '/api/clear', { channel: 'gone' });
    await send(relay, { channel: 'gone' });
    expect(await list(relay, 'gone', { since_id: id })).toMatchObject({
      messages: [],
      warning: 'since_id_not_found',
    });
  });

  test('limit is 50 by default and moved into 1..500; blanks, signs and underscores are read as Python reads them', async () => {
    const target = { channel: 'limits' };
    for (let n = 0; n < 52; n++) await send(relay, target);
    const count = async (limit?: string) =>
      (await list(relay, 'limits', limit === undefined ? {} : { limit })).messages.length;
    expect(await count()).toBe(50);
    for (const [limit, expected] of [
      ['0', 1],
      ['-5', 1],
      ['1', 1],
      ['9999', 52],
      [' 7 ', 7],
      ['+3', 3],
      ['1_0', 10],
      ['1__0', 50],
      ['1.0', 50],
      ['1e1', 50],
      ['', 50],
      ['many', 50],
    ] as const) {
      expect([limit, await count(limit)]).toEqual([limit, expected]);
    }
  });
});

test('3.5 POST /api/messages is 405, allows GET and points to POST /api/send', async () => {
  const answer = await post(relay, '/api/messages', {});
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe('GET');
  expect(answer.body).toMatchObject({ hint: 'POST /api/send' });
  expect((answer.body as { error: string }).error).toContain('/api/send');
});

describe('3.6 GET /api/messages/{id}', () => {
  const detail = (id: string) => get(relay, `/api/messages/${encodeURIComponent(id)}`);

  test('has the whole content, its length in bytes and its parsed form', async () => {
    const content = '{"type":"task","n":[1,2],"é":"🦊"}';
    const { id, seq, ts } = await send(relay, { channel: 'detail', sender: 'bob', content });
    expect((await detail(id)).body).toEqual({
      seq,
      id,
      channel: 'detail',
      sender: 'bob',
      ts,
      is_json: true,
      origin,
      content,
      content_parsed: { type: 'task', n: [1, 2], é: '🦊' },
      bytes: Buffer.byteLength(content),
      encoding: 'legacy_json',
    });
  });

  test('plain text has a null in place of the parsed form', async () => {
    const { id } = await send(relay, { channel: 'detail', content: 'just text' });
    expect((await detail(id)).body).toMatchObject({ is_json: false, content_parsed: null, bytes: 9 });
  });

  test.each(['unknown', 'a/b', '%', ''])('the id %j is 404 "not found"', async (id) => {
    const answer = await detail(id);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ error: 'not found', code: 'not_found' });
  });

  test('ids are looked up exactly, in upper and lower case', async () => {
    const { id } = await send(relay, { channel: 'detail' });
    expect((await detail(id.toUpperCase())).status).toBe(404);
  });

  test('10.1 rows 17 and 19: stored NaN and bottomless nesting are text, not a failure', async () => {
    for (const id of ['old-3', 'old-4']) {
      const answer = await detail(id);
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ id, is_json: false, content_parsed: null });
    }
  });
});

describe('3.7 POST /api/send', () => {
  test('answers 200 with id, seq, channel and the full timestamp', async () => {
    const answer = await post(relay, '/api/send', { channel: 'send', sender: 'bob', content: 'hi' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: textLike(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      seq: anyNumber,
      channel: 'send',
      ts: textLike(timestamp),
      deduplicated: false,
      listening: { waiting: 0, streaming: 0, consumers: [], nobody: true },
    });
  });

  test('content comes back byte for byte', async () => {
    const content =
      'line1\r\nline2\t"quoted" \\ \u0001\u001f\u007f\u0085\u2028\u2029\ufeff\u{10ffff} grüße 🦊 ';
    const { id } = await send(relay, { channel: 'bytes', content });
    const { body } = await get(relay, `/api/messages/${id}`);
    expect((body as { content: string }).content).toBe(content);
  });

  test('seq increases strictly over all channels and is not used again after a clear', async () => {
    const first = await send(relay, { channel: 'seq:a' });
    const second = await send(relay, { channel: 'seq:b' });
    await post(relay, '/api/clear', { channel: 'seq:b' });
    const third = await send(relay, { channel: 'seq:b' });
    expect([second.seq, third.seq]).toEqual([first.seq + 1, first.seq + 2]);
  });

  const good = { channel: 'bad', sender: 'bob', content: 'x' };
  test.each([
    ...(['channel', 'sender', 'content'] as const).flatMap((field) => [
      // Content may also come as an envelope, so that what is missing is one of the two.
      [field, undefined, field === 'content' ? 'required' : 'invalid_type'] as const,
      [field, null, field === 'content' ? 'required' : 'invalid_type'] as const,
      [field, 7, 'invalid_type'] as const,
      [field, true, 'invalid_type'] as const,
      [field, ['x'], 'invalid_type'] as const,
      [field, '', 'required'] as const,
    ]),
    ['channel', ' x', 'surrounding_whitespace'],
    ['channel', 'x\u2003', 'surrounding_whitespace'],
    ['channel', 'x\u001c', 'surrounding_whitespace'],
    ['sender', '\u0085x', 'surrounding_whitespace'],
    ['channel', 'x'.repeat(257), 'too_long'],
    ['sender', 'x'.repeat(129), 'too_long'],
    ['channel', 'a\u0000b', 'control_character'],
    ['sender', 'a\u009fb', 'control_character'],
    ['content', 'a\u0000b', 'nul_byte'],
  ] as const)('%s = %j is 400 %s and names the field', async (field, value, code) => {
    const answer = await post(relay, '/api/send', { ...good, [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ field, code, error: textWith(field) });
  });

  test.each([
    ['channel', '🦊'.repeat(256)],
    ['channel', 'a b/c:d\u200be\u202e'],
    ['channel', '\ufeffx'],
    ['sender', '日'.repeat(128)],
    ['content', '\u0001\n\u2028'],
  ])('%s = %j is taken and kept as it is', async (field, value) => {
    const answer = await post(relay, '/api/send', { ...good, [field]: value });
    expect(answer.status).toBe(200);
    const { body } = await get(relay, `/api/messages/${(answer.body as { id: string }).id}`);
    expect(body).toMatchObject({ [field]: value });
  });

  test.each([
    ['', 'invalid_json'],
    ['{', 'invalid_json'],
    ['not json', 'invalid_json'],
    ['[]', 'invalid_type'],
    ['"text"', 'invalid_type'],
    ['7', 'invalid_type'],
    ['null', 'invalid_type'],
  ])('the body %j is 400 %s', async (body, code) => {
    const answer = await post(relay, '/api/send', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code });
  });

  test('content is limited to 131072 bytes of UTF-8, not characters: 413', async () => {
    const largest = '日'.repeat(43_690) + 'xx';
    expect(Buffer.byteLength(largest)).toBe(131_072);
    expect((await post(relay, '/api/send', { ...good, content: largest })).status).toBe(200);
    const answer = await post(relay, '/api/send', { ...good, content: `${largest}x` });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({
      code: 'too_large',
      field: 'content',
      error: textLike(/too large.*exceeds/),
    });
  });

  test('a body is limited to 262144 bytes: 413', async () => {
    const padded = (size: number) => {
      const body = JSON.stringify({ ...good, padding: '' });
      return body.replace('"padding":""', `"padding":"${'x'.repeat(size - body.length)}"`);
    };
    expect((await post(relay, '/api/send', padded(262_144))).status).toBe(200);
    const answer = await post(relay, '/api/send', padded(262_145));
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({
      code: 'request_too_large',
      error: textWith('request body too large'),
    });
  });
});

describe('3.8 POST /api/clear', () => {
  const clear = (body: unknown): Promise<Answer> => post(relay, '/api/clear', body);

  test('answers with the number of removed messages and empties only that channel', async () => {
    for (const channel of ['clear:a', 'clear:a', 'clear:b']) await send(relay, { channel });
    const answer = await clear({ channel: 'clear:a' });
    expect(answer.body).toEqual({ channel: 'clear:a', cleared: 2 });
    expect(await list(relay, 'clear:a')).toEqual({ channel: 'clear:a', messages: [] });
    expect((await list(relay, 'clear:b')).messages).toHaveLength(1);
  });

  test('clearing nothing is 200 with 0', async () => {
    const answer = await clear({ channel: 'never-was' });
    expect([answer.status, answer.body]).toEqual([200, { channel: 'never-was', cleared: 0 }]);
  });

  test.each([
    [{}, 'channel', 'invalid_type'],
    [{ channel: '' }, 'channel', 'required'],
    [{ channel: 7 }, 'channel', 'invalid_type'],
    [[], undefined, 'invalid_type'],
    ['{', undefined, 'invalid_json'],
  ])('the body %j is 400', async (body, field, code) => {
    const answer = await clear(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject(field === undefined ? { code } : { field, code });
  });
});

describe('2.6 rows that 0.9.1 wrote', () => {
  test.each([' leading blank', 'bell\u0007'])(
    'the channel %j is listed, readable and clearable',
    async (name) => {
      expect((await state(relay)).channels.map(({ id }) => id)).toContain(name);
      expect((await list(relay, name)).messages).toHaveLength(1);
      expect((await post(relay, '/api/clear', { channel: name })).body).toEqual({
        channel: name,
        cleared: 1,
      });
    },
  );

  test('old ids are cursors, and empty content is readable', async () => {
    const { messages } = await list(relay, 'nan', { since_id: 'old-4' });
    expect(messages).toMatchObject([{ id: 'old-5', preview: '', is_json: false }]);
  });
});

describe('3.13 CORS', () => {
  const preflight = (target: Relay, origin: string) =>
    call(target, 'OPTIONS', '/api/send', {
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });

  test('by default no other origin may read or write, not even another port of localhost', async () => {
    const origin = 'http://localhost:3000';
    expect((await preflight(relay, origin)).status).toBe(403);
    const read = await get(relay, '/api/state', { Origin: origin });
    expect(read.status).toBe(200);
    expect(read.headers).not.toHaveProperty('access-control-allow-origin');
    const write = await post(relay, '/api/clear', { channel: 'x' }, { Origin: origin });
    expect(write.status).toBe(403);
  });

  test('the page that the relay itself serves may write', async () => {
    const origin = `http://127.0.0.1:${relay.port}`;
    expect((await post(relay, '/api/clear', { channel: 'x' }, { Origin: origin })).status).toBe(200);
  });

  test('a configured origin passes, is echoed and is answered before authentication', async () => {
    const origin = 'https://dash.example';
    await using listed = await startRelay({
      args: ['--cors-origin', origin, '--cors-origin', 'https://other.example'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' },
    });
    const answer = await preflight(listed, origin);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-max-age': '600',
      'access-control-allow-methods': textWith('POST'),
      'access-control-allow-headers': textWith('Authorization'),
    });
    expect((await preflight(listed, 'https://foreign.example')).status).toBe(403);
    const refused = await get(listed, '/api/state', { Origin: origin });
    expect(refused.status).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBe(origin);
  });
});
