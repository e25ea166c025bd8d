import { beforeAll, describe, expect, test } from 'vitest';
import { call, get, list, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { expectError, securityHeaders } from './expect-answer.ts';

/** Pages of other sites, other names of this machine, and proxies in front of it (7.4, 3.13). */

describe('by default', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay();
    await send(relay, { channel: 'victim' });
  });

  test.each([
    'http://evil.example',
    'http://localhost:3000',
    'https://127.0.0.1',
    'null',
    'file://',
    'app://bundle',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1@evil.example',
    'not an origin',
  ])('10.1 row 3: a page of %s can neither send nor clear', async (origin) => {
    for (const type of ['application/json', 'text/plain']) {
      const headers = { Origin: origin, 'Content-Type': type };
      const clear = await call(relay, 'POST', '/api/clear', { body: '{"channel":"victim"}', headers });
      expectError(clear, 403, 'origin_not_allowed', 'Origin');
      const body = '{"channel":"victim","sender":"s","content":"c"}';
      expectError(
        await call(relay, 'POST', '/api/send', { body, headers }),
        403,
        'origin_not_allowed',
        'Origin',
      );
      expectError(await call(relay, 'DELETE', '/mcp', { headers }), 403, 'origin_not_allowed', 'Origin');
    }
    expect((await list(relay, 'victim')).messages).toHaveLength(1);
  });

  test('a page of another site may ask, but its browser gets no leave to show it the answer', async () => {
    const answer = await get(relay, '/api/state', { Origin: 'http://evil.example' });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each(['http://localhost', 'http://127.0.0.1', 'http://[::1]'])(
    'the page that was loaded from %s may write to where it came from, and only there',
    async (base) => {
      const origin = `${base}:${relay.port}`;
      const own = { Origin: origin, Host: origin.slice('http://'.length) };
      expect((await post(relay, '/api/clear', { channel: 'x' }, own)).status).toBe(200);
      const other = { Origin: origin, Host: `other.localhost:${relay.port}` };
      expect((await post(relay, '/api/clear', { channel: 'x' }, other)).status).toBeGreaterThanOrEqual(400);
    },
  );

  test('a plain OPTIONS is no preflight', async () => {
    expectError(await call(relay, 'OPTIONS', '/api/send'), 405, 'method_not_allowed');
  });

  test('a preflight from an origin that is not listed is refused', async () => {
    const headers = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'POST' };
    expectError(await call(relay, 'OPTIONS', '/api/send', { headers }), 403, 'origin_not_allowed', 'Origin');
  });
});

describe('by setting', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay({
      args: [
        ...['--cors-origin', 'https://dash.example', '--trusted-host', 'bridge.example'],
        ...['--trusted-host', '*.tail.example', '--trusted-proxy', '127.0.0.1'],
      ],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' },
    });
  });

  const allowed = { Authorization: 'Bearer example' };

  test('a preflight of a listed origin is answered before authentication, with every header', async () => {
    const answer = await call(relay, 'OPTIONS', '/api/send', {
      headers: { Origin: 'https://dash.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      ...securityHeaders,
      'access-control-allow-origin': 'https://dash.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers':
        'Authorization, Content-Type, Last-Event-ID, Mcp-Session-Id, MCP-Protocol-Version',
      'access-control-max-age': '600',
    });
  });

  test('a listed origin may read and write, and sees why it was refused', async () => {
    const headers = { ...allowed, Origin: 'https://dash.example' };
    for (const answer of [
      await get(relay, '/api/state', headers),
      await post(relay, '/api/clear', { channel: 'x' }, headers),
      await post(relay, '/api/clear', '{', headers),
      await get(relay, '/api/state', { Origin: 'https://dash.example' }),
      await get(relay, '/nowhere', headers),
      await call(relay, 'HEAD', '/events/channel/x', { headers }),
    ]) {
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://dash.example',
        'access-control-expose-headers': 'Mcp-Session-Id',
        vary: 'Origin',
      });
    }
  });

  test.each(['https://dash.example:8443', 'http://dash.example', 'https://x.dash.example'])(
    '%s is another origin',
    async (origin) => {
      const headers = { ...allowed, Origin: origin };
      expectError(
        await post(relay, '/api/clear', { channel: 'x' }, headers),
        403,
        'origin_not_allowed',
        'Origin',
      );
    },
  );

  test.each(['bridge.example', 'BRIDGE.example:8765', 'a.tail.example', 'a.b.tail.example'])(
    'the trusted host %s is answered to',
    async (name) => {
      expect((await get(relay, '/status', { Host: name })).status).toBe(200);
    },
  );

  test.each(['tail.example', 'x.bridge.example', 'eviltail.example', 'bridge.example.evil.example'])(
    'the host %s is not',
    async (name) => {
      const answer = await get(relay, '/status', { Host: name });
      expectError(answer, 400, 'host_not_allowed', 'Host');
      expect((answer.body as { error: string }).error).toContain(`--trusted-host ${name}`);
    },
  );

  test('10.1 row 43: behind a TLS proxy the page counts as https, and so does the answer', async () => {
    const proxied = {
      ...allowed,
      Host: 'bridge.example',
      Origin: 'https://bridge.example',
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
    };
    const answer = await post(relay, '/api/clear', { channel: 'x' }, proxied);
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains');
    const { 'X-Forwarded-Proto': _proto, ...unproxied } = proxied;
    expectError(
      await post(relay, '/api/clear', { channel: 'x' }, unproxied),
      403,
      'origin_not_allowed',
      'Origin',
    );
  });
});
