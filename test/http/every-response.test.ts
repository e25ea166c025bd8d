import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { pagePolicy } from '../../src-shared/page-policy.ts';
import { askRoute } from '../support/ask-route.ts';
import { everyRoute, nameOf } from '../support/every-route.ts';
import { bearer, call, get, send, type Answer } from '../support/http-client.ts';
import { textLike } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, rawRequest, type RawAnswer } from '../support/raw-http.ts';
import type { Known } from '../support/route-book.ts';
import { securityHeaders } from './expect-answer.ts';

/** What every response carries (wire specification 3.13): of each route, of each kind of refusal, of each file of the page. */

const token = 'an-example-token';
const page = fileURLToPath(new URL('../../dist/renderer', import.meta.url));

let relay: Relay;
let known: Known;

beforeAll(async () => {
  relay = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_CORS_ORIGIN: 'https://dash.example' },
  });
  const channel = 'book:room';
  known = { channel, messageId: (await send(relay, { channel }, bearer(token))).id };
});

/** Streams also forbid proxies to change them. */
const carried = { ...securityHeaders, 'cache-control': textLike(/^no-store(?:, no-transform)?$/) };

/** All that an answer may have: whatever else appears here was put there by somebody else. */
const possible = new Set([
  ...Object.keys(securityHeaders),
  'allow',
  'connection',
  'content-disposition',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'mcp-session-id',
  'retry-after',
  'set-cookie',
  'transfer-encoding',
  'www-authenticate',
  'x-accel-buffering',
]);

function expectHeaders({ headers }: Pick<Answer | RawAnswer, 'headers'>, what: string): void {
  expect.soft(headers, what).toMatchObject(carried);
  expect
    .soft(
      Object.keys(headers).filter((name) => !possible.has(name)),
      what,
    )
    .toEqual([]);
}

describe.each(everyRoute.map(nameOf))('%s', (route) => {
  test('has them when it is answered, when it is refused, and for a wrong method', async () => {
    expectHeaders(await askRoute(relay, route, known, { headers: bearer(token) }), 'answered');
    expectHeaders(await askRoute(relay, route, known), 'without a credential');
    expectHeaders(
      await askRoute(relay, route, known, { headers: { Host: 'rebound.example' } }),
      'foreign host',
    );
    for (const method of ['HEAD', 'PROPFIND']) {
      expectHeaders(await askRoute(relay, route, known, { method, headers: bearer(token) }), method);
    }
  });
});

test('so do paths that are none, requests that are none, and preflights', async () => {
  for (const path of ['/nowhere', '/api/nowhere', '/%', '/..%2f', '/api//state']) {
    expectHeaders(await get(relay, path, bearer(token)), path);
  }
  const host = 'Host: localhost';
  for (const [what, bytes] of Object.entries({
    'no HTTP': 'hello\r\n\r\n',
    'too large': head('GET / HTTP/1.1', host, `X-Big: ${'x'.repeat(20_000)}`),
    'two lengths': head('POST /api/send HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2'),
    'two hosts': head('GET / HTTP/1.1', host, host),
  })) {
    expectHeaders(await rawRequest(relay, bytes), what);
  }
  const preflight = (Origin: string) =>
    call(relay, 'OPTIONS', '/api/send', { headers: { Origin, 'Access-Control-Request-Method': 'POST' } });
  expectHeaders(await preflight('https://elsewhere.example'), 'a foreign preflight');
  const allowed = await preflight('https://dash.example');
  expect(allowed).toMatchObject({ status: 200, headers: carried });
});

test('every file of the page may do only what the page may, whoever asks and however', async (context) => {
  const files = readFiles();
  if (files.length === 0) context.skip('the page is not built (npm run build)');
  const ofPage = { ...securityHeaders, 'content-security-policy': pagePolicy, 'cache-control': 'no-cache' };
  for (const path of ['/', ...files]) {
    const answer = await get(relay, path);
    expect.soft(answer, path).toMatchObject({ status: 200, headers: ofPage });
    const etag = answer.headers.etag ?? '';
    for (const [headers, status] of [
      [{ 'If-None-Match': etag }, 304],
      [{ 'If-Match': '"another"' }, 412],
      [{ 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 412],
      [{ Range: 'bytes=0-3' }, 200],
      [{ Range: 'bytes=99999999-' }, 200],
    ] as const) {
      const conditional = await get(relay, path, headers);
      expect.soft([path, headers, conditional.status]).toEqual([path, headers, status]);
      const wanted = status < 400 ? ofPage : carried;
      expect.soft(conditional.headers, `${path} ${status}`).toMatchObject(wanted);
    }
  }
});

/** The addresses of the files that are served. */
function readFiles(): string[] {
  try {
    return readdirSync(page, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath.slice(page.length).replaceAll('\\', '/')}/${name}`);
  } catch {
    return [];
  }
}
