import { beforeAll, describe, expect, test } from 'vitest';
import { get, list } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection, rawExchange, rawRequest } from '../support/raw-http.ts';
import { expectError } from './expect-answer.ts';
import { anyText } from '../support/matchers.ts';

/** What arrives on the socket before it is a request: framing, duplicate headers, odd targets (7.4, 7.5, 10.1). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

const host = 'Host: 127.0.0.1';
const type = 'Content-Type: application/json';

function message(channel: string): string {
  return JSON.stringify({ channel, sender: 'raw', content: 'x' });
}

/** A POST of a message with these framing headers in place of the right ones. */
function framed(channel: string, ...framing: string[]): string {
  return head('POST /api/send HTTP/1.1', host, type, ...framing);
}

function chunk(data: string): string {
  return `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;
}

async function expectNothingStored(channel: string): Promise<void> {
  expect((await list(relay, channel)).messages).toEqual([]);
}

describe('a body that is framed correctly', () => {
  test('passes by length and by chunks, whole or in pieces', async () => {
    const body = message('framing');
    const byLength = await rawRequest(relay, [framed('framing', `Content-Length: ${body.length}`), body]);
    const chunks = [chunk(body.slice(0, 5)), chunk(body.slice(5)), '0\r\n\r\n'];
    const byChunks = await rawRequest(relay, [framed('framing', 'Transfer-Encoding: chunked'), ...chunks]);
    const withTrailer = await rawRequest(relay, [
      framed('framing', 'Transfer-Encoding: Chunked'),
      chunk(body),
      '0\r\nX-Trailer: 1\r\n\r\n',
    ]);
    expect([byLength.status, byChunks.status, withTrailer.status]).toEqual([200, 200, 200]);
    expect((await list(relay, 'framing')).messages).toHaveLength(3);
  });

  test('Expect: 100-continue is honoured', async () => {
    const body = message('framing:continue');
    const connection = await RawConnection.open(relay);
    connection.write(framed('', `Content-Length: ${body.length}`, 'Expect: 100-continue'));
    connection.write(body);
    expect((await connection.answers(1))[0]?.status).toBe(200);
    expect(connection.received).toMatch(/^HTTP\/1\.1 100 Continue\r\n/);
    connection.close();
  });
});

describe('a body that is framed wrongly is refused with 400 and not stored', () => {
  const body = message('bad-framing');
  const length = `Content-Length: ${body.length}`;

  test.each([
    ['two different lengths', [length, `Content-Length: ${body.length - 1}`], body],
    ['the same length twice', [length, length], body],
    ['a list of lengths', [`Content-Length: ${body.length}, ${body.length}`], body],
    ['a signed length', [`Content-Length: +${body.length}`], body],
    ['a negative length', ['Content-Length: -1'], body],
    ['a hexadecimal length', ['Content-Length: 0x10'], body],
    ['an empty length', ['Content-Length:'], body],
    ['a length beyond all bounds', ['Content-Length: 99999999999999999999'], body],
    ['length and chunks', [length, 'Transfer-Encoding: chunked'], chunk(body) + '0\r\n\r\n'],
    ['chunks and length', ['Transfer-Encoding: chunked', length], chunk(body) + '0\r\n\r\n'],
    ['another encoding', ['Transfer-Encoding: gzip'], body],
    ['two encodings', ['Transfer-Encoding: gzip, chunked'], chunk(body) + '0\r\n\r\n'],
    ['chunked twice', ['Transfer-Encoding: chunked, chunked'], chunk(body) + '0\r\n\r\n'],
    [
      'two encoding headers',
      ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
      chunk(body) + '0\r\n\r\n',
    ],
    ['an encoding hidden by a blank', ['Transfer-Encoding : chunked'], chunk(body) + '0\r\n\r\n'],
    ['an encoding hidden by a fold', ['Transfer-Encoding:\r\n chunked', length], body],
    ['a chunk size that is none', ['Transfer-Encoding: chunked'], `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk longer than it says', ['Transfer-Encoding: chunked'], `5\r\n${body}\r\n0\r\n\r\n`],
  ])('%s', async (_name, framing, sent) => {
    const answers = await rawExchange(relay, [framed('', ...framing), sent], { answers: 2 });
    expect(answers).toHaveLength(1);
    const [answer] = answers;
    if (!answer) return;
    const { code, field } = answer.body as { code: 'invalid_framing' | 'invalid_request'; field?: string };
    expect(['invalid_framing', 'invalid_request']).toContain(code);
    expectError(answer, 400, code, field);
    expect(answer.headers['connection']).toBe('close');
    await expectNothingStored('bad-framing');
  });

  test.each(['DELETE /api/session', 'GET /status', 'GET /', 'POST /api/pairings/redeem'])(
    'also by %s, which could do without the body',
    async (route) => {
      const request = head(`${route} HTTP/1.1`, host, type, 'Transfer-Encoding: xchunked');
      const answers = await rawExchange(relay, [request, framed('', length), body], { answers: 2 });
      expect(answers).toHaveLength(1);
      if (answers[0]) expectError(answers[0], 400, 'invalid_framing', 'Transfer-Encoding');
      expect(answers[0]?.headers['connection']).toBe('close');
      await expectNothingStored('bad-framing');
    },
  );

  test('more bytes than declared are no second message, fewer none at all', async () => {
    const [first, second] = await rawExchange(
      relay,
      [framed('', `Content-Length: ${body.length - 1}`), body],
      {
        answers: 2,
      },
    );
    expect(first?.body).toMatchObject({ code: 'invalid_json' });
    if (second) expect(second.status).toBe(400);
    const connection = await RawConnection.open(relay);
    connection.write(framed('', `Content-Length: ${body.length + 5}`));
    connection.write(body);
    connection.close();
    await expectNothingStored('bad-framing');
  });
});

describe('a connection that is used again', () => {
  const smuggled = head('GET /smuggled HTTP/1.1', host);

  test.each([
    ['no route', head('POST /nowhere HTTP/1.1', host, type, `Content-Length: ${smuggled.length}`), 404],
    ['a wrong method', head('PUT /api/send HTTP/1.1', host, type, `Content-Length: ${smuggled.length}`), 405],
    [
      'a foreign host',
      head('POST /api/send HTTP/1.1', 'Host: x.example', `Content-Length: ${smuggled.length}`),
      400,
    ],
    [
      'a foreign origin',
      head('POST /api/send HTTP/1.1', host, 'Origin: http://x.example', `Content-Length: ${smuggled.length}`),
      403,
    ],
    [
      'a wrong type',
      head('POST /api/send HTTP/1.1', host, 'Content-Type: text/plain', `Content-Length: ${smuggled.length}`),
      415,
    ],
    ['a bad body', head('POST /api/send HTTP/1.1', host, type, `Content-Length: ${smuggled.length}`), 400],
    ['a GET with a body', head('GET /status HTTP/1.1', host, `Content-Length: ${smuggled.length}`), 200],
  ])('after %s never takes the body for the next request', async (_name, request, status) => {
    const next = head('GET /status HTTP/1.1', host);
    // In one write and in two: the body may be there already, or come after the answer was made.
    for (const parts of [[request + smuggled + next], [request, smuggled + next]]) {
      const answers = await rawExchange(relay, parts, { answers: 2 });
      expect(answers[0]?.status).toBe(status);
      // Either the connection was closed, or the next answer is the one to the next request.
      if (answers[1]) expect(answers[1].status).toBe(200);
      else expect(answers[0]?.headers['connection']).toBe('close');
    }
  });

  test('answers pipelined requests in order', async () => {
    const requests = ['/status', '/nowhere', '/api/state'].map((path) => head(`GET ${path} HTTP/1.1`, host));
    const answers = await rawExchange(relay, requests.join(''), { answers: 3 });
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200]);
  });

  test('a stream on which garbage arrives ends; no answer is written into it', async () => {
    const connection = await RawConnection.open(relay);
    connection.write(head('GET /events/channel/garbage HTTP/1.1', host));
    await connection.answers(1);
    connection.write('\u0001\u0002 garbage\r\n\r\n');
    await connection.closed;
    expect(connection.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('what is not HTTP is refused with 400', () => {
  test.each([
    ['garbage', 'hello\r\n\r\n'],
    ['a version from the future', head('GET /status HTTP/9.9', host)],
    ['an unknown method', head('BREW /status HTTP/1.1', host)],
    ['a header without a colon', head('GET /status HTTP/1.1', host, 'no colon')],
    ['a header name with a blank', head('GET /status HTTP/1.1', host, 'Bad Name: 1')],
    ['a control character in a header', head('GET /status HTTP/1.1', host, 'X-A: a\u0000b')],
    ['a bare carriage return', head('GET /status HTTP/1.1', host, 'X-A: a\rX-B: b')],
    ['a TLS hello', Buffer.from('16030100a5010000a10303', 'hex')],
  ])('%s', async (_name, bytes) => {
    expectError(await rawRequest(relay, bytes), 400, 'invalid_request');
  });

  test('headers that are too large are 431', async () => {
    const answer = await rawRequest(
      relay,
      head('GET /status HTTP/1.1', host, `X-Big: ${'x'.repeat(20_000)}`),
    );
    expectError(answer, 431, 'headers_too_large');
  });

  test('an expectation that nobody knows is ignored', async () => {
    const answer = await rawRequest(relay, head('GET /status HTTP/1.1', host, 'Expect: a-miracle'));
    expect(answer.status).toBe(200);
  });

  test('what follows a whole request does not take its answer away', async () => {
    const body = message('answered');
    const answers = await rawExchange(
      relay,
      framed('', `Content-Length: ${body.length}`) + body + '\u0001 garbage\r\n',
      {
        answers: 2,
      },
    );
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect((await list(relay, 'answered')).messages).toHaveLength(1);
  });
});

describe('the Host header', () => {
  test.each([
    ['none', [], 'host_not_allowed'],
    ['an empty one', ['Host:'], 'host_not_allowed'],
    ['two different', [host, 'Host: localhost'], 'invalid_request'],
    ['two equal', [host, host], 'invalid_request'],
    ['a list', ['Host: 127.0.0.1, localhost'], 'host_not_allowed'],
    ['a path behind it', ['Host: localhost/x'], 'host_not_allowed'],
    ['a user before it', ['Host: localhost@x.example'], 'host_not_allowed'],
    ['a foreign name', ['Host: rebound.example'], 'host_not_allowed'],
    ['a name that starts like ours', ['Host: localhost.x.example'], 'host_not_allowed'],
    ['a port that is none', ['Host: localhost:99999'], 'host_not_allowed'],
    ['bytes beyond ASCII', ['Host: lo\u00adcalhost'], 'host_not_allowed'],
  ] as const)('%s is 400 on public and protected paths', async (_name, hosts, code) => {
    for (const path of ['/status', '/api/state', '/', '/nowhere', '/events/channel/x']) {
      expectError(
        await rawRequest(relay, Buffer.from(head(`GET ${path} HTTP/1.1`, ...hosts), 'latin1')),
        400,
        code,
        'Host',
      );
    }
  });

  test.each([
    'localhost',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:80',
    '127.8.9.1',
    '[::1]',
    '[::1]:8765',
    '::1',
  ])('%s is ours', async (name) => {
    const answer = await rawRequest(relay, head('GET /status HTTP/1.1', `Host: ${name}`));
    expect(answer.status).toBe(200);
  });

  test('older versions of HTTP need one, too', async () => {
    expectError(await rawRequest(relay, 'GET /status\r\n\r\n'), 400, 'host_not_allowed', 'Host');
    expectError(await rawRequest(relay, head('GET /status HTTP/1.0')), 400, 'host_not_allowed', 'Host');
    expect((await rawRequest(relay, head('GET /status HTTP/1.0', host))).status).toBe(200);
  });

  test('two Origin headers are 400', async () => {
    const origin = 'Origin: http://127.0.0.1';
    const answer = await rawRequest(relay, head('GET /status HTTP/1.1', host, origin, origin));
    expectError(answer, 400, 'invalid_request', 'Origin');
  });
});

describe('the request target', () => {
  test.each(['http://127.0.0.1/status', 'http://other.example/status?x', 'HTTPS://x/status'])(
    'in absolute form, %s, counts by its path; the Host header decides',
    async (target) => {
      const answer = await rawRequest(relay, head(`GET ${target} HTTP/1.1`, host));
      expect(answer.status).toBe(200);
      const foreign = await rawRequest(relay, head(`GET ${target} HTTP/1.1`, 'Host: rebound.example'));
      expectError(foreign, 400, 'host_not_allowed', 'Host');
    },
  );

  test.each(['OPTIONS * HTTP/1.1', 'GET * HTTP/1.1', 'GET ?x HTTP/1.1', 'GET http:/status HTTP/1.1'])(
    '%s is an error in JSON',
    async (line) => {
      const answer = await rawRequest(relay, head(line, host));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body).toMatchObject({ code: anyText });
    },
  );

  test('CONNECT is refused', async () => {
    const answers = await rawExchange(relay, head('CONNECT 127.0.0.1:80 HTTP/1.1', host));
    expect(answers.every(({ status }) => status >= 400)).toBe(true);
  });

  test('an upgrade is not made', async () => {
    const answer = await rawRequest(
      relay,
      head('GET /status HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: websocket'),
    );
    expect(answer.status).toBe(200);
  });
});

test('the relay still works after all this, and took nothing of it for a bug', async () => {
  expect((await get(relay, '/status')).status).toBe(200);
  expect(relay.stderr).not.toMatch(/"level":(50|60)/);
});
