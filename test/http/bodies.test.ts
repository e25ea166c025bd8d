import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, call, get, list, post, send, state } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, rawRequest } from '../support/raw-http.ts';
import { expectError } from './expect-answer.ts';

/** Bodies that cannot be taken: clear error, stable code, nothing stored, nothing broken (10.1, 7.4, 7.5). */

const token = 'example-token';

let relay: Relay;
let guarded: Relay;

beforeAll(async () => {
  [relay, guarded] = await Promise.all([
    startRelay({ env: { CLAUDE_BRIDGE_MAX_REQUEST_BYTES: '2048' } }),
    startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } }),
  ]);
});

const host = 'Host: 127.0.0.1';

describe('JSON', () => {
  test.each([
    ['invalid UTF-8', Buffer.from('{"channel":"x","sender":"s","content":"\xff"}', 'latin1')],
    ['half a character', Buffer.from('{"channel":"x","sender":"s","content":"\xc3"}', 'latin1')],
    ['an encoded surrogate', Buffer.from('{"channel":"x","sender":"s","content":"\xed\xa0\x80"}', 'latin1')],
    ['an overlong encoding', Buffer.from('{"channel":"x","sender":"s","content":"\xc0\xaf"}', 'latin1')],
    ['UTF-16', Buffer.from('{"channel":"x","sender":"s","content":"y"}', 'utf16le')],
    ['NaN', '{"channel":"x","sender":"s","content":"y","n":NaN}'],
    ['Infinity', '{"channel":"x","sender":"s","content":"y","n":-Infinity}'],
    ['a comma too many', '{"channel":"x","sender":"s","content":"y",}'],
    ['single quotes', "{'channel':'x'}"],
    ['a comment', '{"channel":"x"/**/,"sender":"s","content":"y"}'],
    ['a raw line break in a string', '{"channel":"x","sender":"s","content":"a\nb"}'],
    ['two values', '{"channel":"x","sender":"s","content":"y"}{}'],
    ['a cut end', '{"channel":"x","sender":"s","content":"y"'],
    ['nothing', ''],
    ['blanks', '  \n'],
  ])('%s is 400 on send and clear', async (_name, body) => {
    expectError(await post(relay, '/api/send', body), 400, 'invalid_json');
    expectError(await post(relay, '/api/clear', body), 400, 'invalid_json');
  });

  test.each([
    ['10.1 row 19: an array', '[]'],
    ['a nested array', '[{"channel":"x","sender":"s","content":"y"}]'],
    ['a number', '1e5'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['true', 'true'],
  ])('%s is 400 on send and clear', async (_name, body) => {
    expectError(await post(relay, '/api/send', body), 400, 'invalid_type');
    expectError(await post(relay, '/api/clear', body), 400, 'invalid_type');
  });

  test.each([
    ['arrays', '['.repeat(900) + ']'.repeat(900)],
    ['arrays that never end', '['.repeat(2000)],
    ['objects', '{"a":'.repeat(300) + '1' + '}'.repeat(300)],
    ['an unknown key', `{"channel":"x","sender":"s","content":"y","z":${'['.repeat(99)}${']'.repeat(99)}}`],
  ])('nesting without end in %s is 400', async (_name, body) => {
    expectError(await post(relay, '/api/send', body), 400, 'too_deep');
  });

  test('brackets inside of strings are no nesting', async () => {
    await send(relay, { channel: 'brackets', content: `\\"${'['.repeat(500)}` });
  });

  test('of a key that comes twice the last counts, as in Python', async () => {
    const body = '{"channel":"wrong","channel":"twice","sender":"s","content":"y"}';
    expect((await post(relay, '/api/send', body)).body).toMatchObject({ channel: 'twice' });
  });

  test('keys that mean something to JavaScript mean nothing', async () => {
    const body = '{"__proto__":{"channel":"x","sender":"s","content":"y"},"constructor":1,"toString":2}';
    expectError(await post(relay, '/api/send', body), 400, 'invalid_type', 'channel');
  });

  test.each(['channel', 'sender', 'content'])('10.1 row 18: a lone surrogate in %s is 400', async (field) => {
    const good = { channel: 'surrogate', sender: 's', content: 'c' };
    for (const value of ['a\ud800b', 'a\udc00b', '\ud83e', '\udd8a\ud83e']) {
      const answer = await post(relay, '/api/send', { ...good, [field]: value });
      expectError(answer, 400, 'invalid_unicode', field);
    }
  });

  test('a lone surrogate does not clear the channel whose name has the replacement character', async () => {
    await send(relay, { channel: 'a\ufffdb' });
    expectError(await post(relay, '/api/clear', { channel: 'a\ud800b' }), 400, 'invalid_unicode', 'channel');
    expect((await list(relay, 'a\ufffdb')).messages).toHaveLength(1);
  });

  test('wrong types are 400 for every field', async () => {
    for (const value of [0, 1.5, true, null, [], {}, ['x']]) {
      for (const field of ['channel', 'sender', 'content']) {
        const body = { channel: 'types', sender: 's', content: 'c', [field]: value };
        const isAbsent = field === 'content' && value === null;
        const code = isAbsent ? 'required' : 'invalid_type';
        expectError(await post(relay, '/api/send', body), 400, code, field);
      }
      expectError(await post(relay, '/api/clear', { channel: value }), 400, 'invalid_type', 'channel');
    }
  });
});

describe('size', () => {
  const oversize = JSON.stringify({ channel: 'size', sender: 's', content: 'x'.repeat(3000) });

  test('a declared length above the limit is refused before the body comes', async () => {
    const request = head('POST /api/send HTTP/1.1', host, 'Content-Length: 999999999999');
    expectError(await rawRequest(relay, request), 413, 'request_too_large');
  });

  test('chunks are counted as they come, so the end is not waited for', async () => {
    const request = head('POST /api/send HTTP/1.1', host, 'Transfer-Encoding: chunked');
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    expectError(await rawRequest(relay, [request, chunk, chunk, chunk]), 413, 'request_too_large');
  });

  test.each([5_000, 300_000, 4_000_000])(
    'a client that writes all of its %i bytes before it reads gets the answer, too',
    async (size) => {
      const body = 'x'.repeat(size);
      for (const framing of [`Content-Length: ${size}`, 'Transfer-Encoding: chunked']) {
        const sent = framing.startsWith('C') ? body : `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
        const answer = await rawRequest(relay, [head('POST /api/send HTTP/1.1', host, framing), sent]);
        expectError(answer, 413, 'request_too_large');
      }
    },
  );

  test.each([
    ['no token', '/api/send', [], 401],
    ['a wrong type', '/api/send', ['Content-Type: text/plain'], 415],
    ['no route', '/nowhere', [], 404],
    ['a foreign origin', '/api/send', ['Origin: https://x.example'], 403],
  ] as const)(
    'a large body refused for %s does not take the answer away',
    async (_name, path, lines, status) => {
      const size = 4_000_000;
      const request = head(`POST ${path} HTTP/1.1`, host, ...lines, `Content-Length: ${size}`);
      expect((await rawRequest(guarded, [request, 'x'.repeat(size)])).status).toBe(status);
    },
  );

  test.each(['/mcp', '/messages/?session_id=0123456789abcdef0123456789abcdef', '/api/clear'])(
    'the same holds for %s',
    async (path) => {
      const start = head(
        `POST ${path} HTTP/1.1`,
        host,
        'Accept: application/json',
        'Transfer-Encoding: chunked',
      );
      expectError(
        await rawRequest(relay, [start, `1000\r\n${'x'.repeat(4096)}\r\n`]),
        413,
        'request_too_large',
      );
      const declared = head(`POST ${path} HTTP/1.1`, host, 'Content-Length: 4096');
      expectError(await rawRequest(relay, declared), 413, 'request_too_large');
    },
  );

  test('the limit counts bytes, and one byte less passes', async () => {
    const body = (size: number) => {
      const empty = JSON.stringify({ channel: 'size', sender: 's', content: '' });
      return empty.replace('"content":""', `"content":"${'é'.repeat((size - empty.length) / 2)}"`);
    };
    const fitting = body(2048);
    expect(Buffer.byteLength(fitting)).toBe(2048);
    expect((await post(relay, '/api/send', fitting)).status).toBe(200);
    expectError(await post(relay, '/api/send', `${fitting} `), 413, 'request_too_large');
    expectError(await post(relay, '/api/clear', oversize), 413, 'request_too_large');
  });
});

describe('media type', () => {
  const body = JSON.stringify({ channel: 'media', sender: 's', content: 'c' });
  const sendAs = (headers: Record<string, string>) => call(relay, 'POST', '/api/send', { body, headers });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="utf-8"',
    'Application/JSON',
    'application/vnd.example+json',
    'application/problem+json; x=y',
  ])('%s is JSON', async (type) => {
    expect((await sendAs({ 'Content-Type': type })).status).toBe(200);
  });

  test.each([
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json, text/plain',
    'text/json',
    'json',
  ])('%s is 415', async (type) => {
    expectError(await sendAs({ 'Content-Type': type }), 415, 'unsupported_media_type', 'Content-Type');
  });

  test('no type at all is fine from a script and 415 from a browser', async () => {
    expect((await sendAs({})).status).toBe(200);
    const own = `http://127.0.0.1:${relay.port}`;
    for (const headers of [
      { Origin: own },
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Mode': 'no-cors' },
    ]) {
      expectError(
        await sendAs({ ...headers, Host: `127.0.0.1:${relay.port}` }),
        415,
        'unsupported_media_type',
        'Content-Type',
      );
    }
  });
});

test('3.7 the order of the checks: host, origin, media type, credential, size, JSON, object, channel, sender, content', async () => {
  const faults = [
    ['host', 400, 'host_not_allowed'],
    ['origin', 403, 'origin_not_allowed'],
    ['type', 415, 'unsupported_media_type'],
    ['token', 401, 'unauthorized'],
    ['size', 413, 'request_too_large'],
    ['json', 400, 'invalid_json'],
    ['object', 400, 'invalid_type'],
    ['channel', 400, 'required'],
    ['sender', 400, 'required'],
    ['content', 400, 'required'],
  ] as const;
  const bodies = new Map<string, string>([
    ['size', '{'.repeat(300_000)],
    ['json', '{'],
    ['object', '[]'],
    ['channel', '{"channel":"","sender":"","content":""}'],
    ['sender', '{"channel":"x","sender":"","content":""}'],
    ['content', '{"channel":"x","sender":"x","content":""}'],
  ]);
  // Each request has the fault and all that are checked later.
  for (const [index, [fault, status, code]] of faults.entries()) {
    const later = faults.slice(index).map(([name]) => name as string);
    const answer = await call(guarded, 'POST', '/api/send', {
      body: bodies.get(later.find((name) => bodies.has(name)) ?? '') ?? '',
      headers: {
        ...(later.includes('host') ? { Host: 'rebound.example' } : {}),
        ...(later.includes('origin') ? { Origin: 'https://foreign.example' } : {}),
        'Content-Type': later.includes('type') ? 'text/plain' : 'application/json',
        ...bearer(later.includes('token') ? 'wrong' : token),
      },
    });
    expect([fault, answer.status, answer.body]).toMatchObject([fault, status, { code }]);
  }
});

test('nothing of all this was stored or taken for a bug', async () => {
  const { channels } = await state(relay);
  expect(channels.map(({ id }) => id)).toEqual(['a\ufffdb', 'brackets', 'media', 'size', 'twice']);
  expect((await get(relay, '/readyz')).status).toBe(200);
  expect(relay.stderr + guarded.stderr).not.toMatch(/"level":(50|60)/);
});
