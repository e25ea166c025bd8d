import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { bearer, call, get, send } from '../support/http-client.ts';
import { textLike } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, rawRequest, type RawAnswer } from '../support/raw-http.ts';
import { expectError, securityHeaders } from './expect-answer.ts';

/** Which paths there are, how they may be spelled, and what every response carries (7.1, 3.1, 3.13). */

const token = 'example-token';
const hasPage = existsSync(fileURLToPath(new URL('../../dist/renderer/index.html', import.meta.url)));
if (!hasPage) console.warn('the page is not built: tests that need it are skipped (npm run build)');

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
  await send(relay, { channel: 'secret-channel' }, bearer(token));
});

function ask(target: string, ...headers: string[]): Promise<RawAnswer> {
  return rawRequest(
    relay,
    Buffer.from(head(`GET ${target} HTTP/1.1`, 'Host: localhost', ...headers), 'latin1'),
  );
}

const withToken = `Authorization: Bearer ${token}`;

describe('protected paths', () => {
  test.each([
    '/api/state',
    '/api/messages?channel=secret-channel',
    '/api/messages/x',
    '/api/audit',
    '/api/send',
    '/api/reload',
    '/api/nowhere',
    '/api',
    '/api/',
    '/events/channel/secret-channel',
    '/events/nowhere',
    '/events',
    '/messages/',
    '/messages/?session_id=0123456789abcdef0123456789abcdef',
    '/messages',
    '/sse',
    '/mcp',
    '/metrics',
  ])('%s needs the token', async (path) => {
    expectError(await ask(path), 401, 'unauthorized');
    expectError(await ask(path, 'Authorization: Bearer wrong'), 401, 'unauthorized');
    expect((await ask(`${path}${path.includes('?') ? '&' : '?'}access_token=${token}`)).status).toBe(401);
  });

  test.each([
    '//api/state',
    '/api//state',
    '/api/./state',
    '/./api/state',
    '/x/../api/state',
    '/../api/state',
    '/%61pi/state',
    '/%61%70%69/state',
    '/api%2Fstate',
    '/api%2fstate',
    '/%2Fapi/state',
    '/.%2e/api/state',
    '/%2e%2e/api/state',
    '/api%5Cstate',
    '/api\\state',
    '/api/state%00',
    '/api/state%20',
    '/api/state/',
    '/api/state/.',
    '/api;x/state',
    '/sse/',
    '/mcp/',
    '/%6dcp',
    '/s%73e',
    '/mcp%2F',
    '//mcp',
    'http://localhost//api/state',
    'http://localhost/x/../api/state',
    'http://localhost',
    '/%',
    '/%zz',
  ])('%s is another spelling: 401 without the token, nothing there with it', async (path) => {
    const stranger = await ask(path);
    if (path !== 'http://localhost' && path !== '/api;x/state') expectError(stranger, 401, 'unauthorized');
    expect(stranger.text).not.toContain('secret-channel');
    const answer = await ask(path, withToken);
    expect([200, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('secret-channel');
  });

  test.each([
    '/API/state',
    '/Api/State',
    '/api/State',
    '/SSE',
    '/Mcp',
    '/EVENTS/channel/secret-channel',
    '/Messages/',
  ])('paths are case-sensitive: there is nothing at %s', async (path) => {
    expect([401, 404]).toContain((await ask(path)).status);
    expectError(await ask(path, withToken), 404, 'not_found');
  });

  test.each(['\\api\\state', '/\u00adapi/state', 'api/state'])(
    '%s is no request target: 400',
    async (path) => {
      expectError(await ask(path, withToken), 400, 'invalid_request');
    },
  );

  test('no path is redirected', async () => {
    for (const path of [
      '/api',
      '/api/state/',
      '/mcp/',
      '/sse/',
      '/messages',
      '/events/',
      '/status/',
      '/assets',
    ]) {
      const { status, headers } = await ask(path, withToken);
      expect([path, status]).toEqual([path, 404]);
      expect(headers).not.toHaveProperty('location');
    }
  });
});

describe('methods', () => {
  const routes: [path: string, allow: string][] = [
    ['/status', 'GET'],
    ['/readyz', 'GET'],
    ['/api/state', 'GET'],
    ['/api/messages', 'GET'],
    ['/api/messages/some-id', 'GET'],
    ['/api/wait', 'GET'],
    ['/api/consumers', 'GET, DELETE'],
    ['/api/consumers/reset', 'POST'],
    ['/api/agents', 'GET'],
    ['/api/audit', 'GET'],
    ['/api/send', 'POST'],
    ['/api/ack', 'POST'],
    ['/api/clear', 'POST'],
    ['/api/reload', 'POST'],
    ['/events', 'GET'],
    ['/events/channel/x', 'GET'],
    ['/sse', 'GET'],
    ['/messages/', 'POST'],
  ];

  test.each(routes)('%s allows %s, and says so in JSON to every other method', async (path, allow) => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      if (allow.split(', ').includes(method)) continue;
      const answer = await call(relay, method, path, { headers: bearer(token) });
      expectError(answer, 405, 'method_not_allowed');
      expect(answer.headers.allow).toBe(allow);
    }
  });

  test('/mcp says it in JSON-RPC, as everything there', async () => {
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const answer = await call(relay, method, '/mcp', { headers: bearer(token) });
      expect(answer).toMatchObject({
        status: 405,
        headers: { ...securityHeaders, allow: textLike(/^\w+, \w+, \w+$/) },
        body: { jsonrpc: '2.0', id: null, error: { data: { code: 'method_not_allowed' } } },
      });
      expect(answer.headers.allow?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'POST']);
    }
  });

  test('a wrong method tells strangers nothing', async () => {
    for (const path of [...routes.slice(2).map(([path]) => path), '/mcp']) {
      expectError(await call(relay, 'PUT', path), 401, 'unauthorized');
    }
  });

  test.each([
    '/status',
    '/readyz',
    '/api/state',
    '/api/messages?channel=secret-channel',
    '/api/messages/x',
    '/api/audit',
    '/api/nowhere',
    '/nowhere',
    '/',
  ])('HEAD %s has the headers of GET and no body', async (path) => {
    const [answer, expected] = [
      await call(relay, 'HEAD', path, { headers: bearer(token) }),
      await get(relay, path, bearer(token)),
    ];
    expect([answer.status, answer.text]).toEqual([expected.status, '']);
    expect(answer.headers['content-type']).toBe(expected.headers['content-type']);
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });

  test.each(['/api/send', '/api/clear', '/api/reload', '/messages/'])('HEAD %s is 405', async (path) => {
    const answer = await call(relay, 'HEAD', path, { headers: bearer(token) });
    expect([answer.status, answer.headers.allow, answer.text]).toEqual([405, 'POST', '']);
  });

  test.each(['/sse', '/mcp'])('HEAD %s opens no stream', async (path) => {
    const answer = await call(relay, 'HEAD', path, { headers: bearer(token) });
    expect(answer.text).toBe('');
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
  });
});

describe('headers of every response', () => {
  test.each([
    '/status',
    '/readyz',
    '/api/state',
    '/api/messages?channel=x',
    '/api/audit',
    '/api/nowhere',
    '/nowhere',
  ])('%s', async (path) => {
    const { headers } = await get(relay, path, bearer(token));
    expect(headers).toMatchObject(securityHeaders);
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  test('the event stream', async () => {
    const answer = await call(relay, 'HEAD', '/events/channel/x', { headers: bearer(token) });
    expect(answer.headers).toMatchObject(securityHeaders);
  });

  test('MCP, refusals included', async () => {
    for (const [method, body] of [
      ['POST', { jsonrpc: '2.0', id: 1, method: 'ping' }],
      ['POST', '{'],
      ['GET', undefined],
      ['DELETE', undefined],
    ] as const) {
      const { headers } = await call(relay, method, '/mcp', { body, headers: bearer(token) });
      expect(headers).toMatchObject(securityHeaders);
    }
  });

  test.skipIf(!hasPage)('the page is public and may load only what it was shipped with', async () => {
    const page = await get(relay, '/');
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({ ...securityHeaders, 'cache-control': 'no-cache' });
    const policy = String(page.headers['content-security-policy']);
    for (const rule of [
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
    const assets = Array.from(
      page.text.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+)"/g),
      ([, path = '']) => path,
    );
    expect(assets.length).toBeGreaterThan(0);
    for (const path of assets) {
      const asset = await get(relay, path);
      expect(asset.status).toBe(200);
      expect(asset.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    }
  });

  test.skipIf(!hasPage)('the page is validated, not sent again', async () => {
    const { headers } = await get(relay, '/');
    const again = await get(relay, '/', { 'If-None-Match': headers.etag });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(again.headers).toMatchObject({ 'content-security-policy': headers['content-security-policy'] });
  });

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/../../main/cli.js',
    '/.git/config',
  ])('the files beside the page are out of reach of %s', async (path) => {
    expect((await ask(path, withToken)).status).toBe(404);
  });
});
