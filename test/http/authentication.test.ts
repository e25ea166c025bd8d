import { beforeAll, describe, expect, test } from 'vitest';
import { follow, openEvents } from '../support/event-reader.ts';
import { bearer, get, post, send, state, type Answer } from '../support/http-client.ts';
import { runProgram, startRelay, type Relay } from '../support/program.ts';
import { head, rawRequest } from '../support/raw-http.ts';
import { expectError } from './expect-answer.ts';

/** Who comes in (7.1, 7.2, 4.8), who is braked, and what never shows up in the output. */

const token = 'cb_example_näme-token';
const wire = Buffer.from(token).toString('latin1');
const inUrl = encodeURIComponent(token);

describe('a relay with a token', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay({
      args: ['--log-level', 'trace'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_FAILED_AUTH_PER_MINUTE: '1000' },
    });
  });

  const authorized = (value: string, path = '/api/state') =>
    rawRequest(
      relay,
      Buffer.from(head(`GET ${path} HTTP/1.1`, 'Host: localhost', `Authorization: ${value}`), 'latin1'),
    );

  test.each([`Bearer ${wire}`, `bearer ${wire}`, `BEARER ${wire}`])('%s opens it', async (value) => {
    expect((await authorized(value)).status).toBe(200);
  });

  test.each([
    wire,
    'Bearer',
    'Bearer ',
    `Bearer  ${wire}`,
    `Bearer\t${wire}`,
    `Bearer${wire}`,
    `Bearer:${wire}`,
    `Bearer "${wire}"`,
    `Bearer ${wire}x`,
    `Bearer ${wire.slice(0, -1)}`,
    `Bearer ${wire.toUpperCase()}`,
    `Bearer ${wire},${wire}`,
    `Bearer ${token}`,
    `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
    `Token ${wire}`,
    `Digest Bearer ${wire}`,
  ])('%s does not', async (value) => {
    const answer = await authorized(value);
    expectError(answer, 401, 'unauthorized');
    expect(answer.body).toMatchObject({ error: 'unauthorized' });
  });

  test.each([
    ['wrong', wire],
    [wire, 'wrong'],
    [wire, wire],
  ])('of two Authorization headers none counts (%#)', async (first, second) => {
    const request = head(
      'GET /api/state HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${first}`,
      `Authorization: Bearer ${second}`,
    );
    const answer = await rawRequest(relay, Buffer.from(request, 'latin1'));
    expectError(answer, 400, 'invalid_request', 'Authorization');
  });

  test('the token of the runtime file has every right, also that of reloading', async () => {
    expect((await post(relay, '/api/reload', {}, bearer(relay.localToken))).status).toBe(200);
    expect((await get(relay, '/api/state', bearer(relay.localToken))).status).toBe(200);
  });

  test('?token= counts under /events/ and nowhere else', async () => {
    using stream = await openEvents(relay, `/events/channel/x?token=${inUrl}`);
    expect(stream.response.statusCode).toBe(200);
    for (const path of [
      '/api/state',
      '/mcp',
      '/sse',
      '/api/audit',
      '/api/messages?channel=x',
      '/events',
      '/Events/channel/x',
    ]) {
      const answer = await get(relay, `${path}${path.includes('?') ? '&' : '?'}token=${inUrl}`);
      expect(answer.status).not.toBe(200);
    }
    expectError(await post(relay, `/api/send?token=${inUrl}`, {}), 401, 'unauthorized');
    expectError(await get(relay, '/events/channel/x?token='), 401, 'unauthorized');
    expectError(await get(relay, '/events/channel/x?TOKEN=' + inUrl), 401, 'unauthorized');
  });

  test('forwarding headers change nothing for who has the token', async () => {
    const headers = { Authorization: `Bearer ${wire}`, 'X-Forwarded-For': '203.0.113.9' };
    expect((await get(relay, '/api/state', headers)).status).toBe(200);
  });

  test('not even a trace of the log holds a token, a query or a message', async () => {
    const wrong = 'a-wrong-token-of-somebody';
    await get(relay, '/api/state', bearer(wrong));
    await get(relay, `/events/channel/x?token=${wrong}`);
    await send(relay, { channel: 'log', content: 'content-of-a-message' }, bearer(relay.localToken));
    await post(relay, '/api/send', '{"content":"half-a-message', bearer(relay.localToken));
    await relay.logged('"path":"/api/send"');
    const output = relay.stdout + relay.stderr;
    for (const secret of [
      token,
      wire,
      inUrl,
      relay.localToken,
      wrong,
      'content-of-a-message',
      'half-a-message',
    ]) {
      expect(output).not.toContain(secret);
    }
    expect(output).not.toMatch(/token=\w/);
    expect(output).toContain('"path":"/events/channel/x"');
    // That one came in an address is said, once.
    expect(output.match(/sent its token in the address/g)).toHaveLength(1);
  });
});

test('?token= can be switched off', async () => {
  await using relay = await startRelay({
    args: ['--no-query-token'],
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' },
  });
  expectError(await get(relay, '/events/channel/x?token=example'), 401, 'unauthorized');
  using _stream = await follow(relay, 'x', bearer('example'));
});

test('a token that was given by flag is warned about, not repeated', async () => {
  await using relay = await startRelay({ args: ['--auth-token', 'flag-example'] });
  expect(relay.stderr).toContain('process list');
  expect(relay.stdout + relay.stderr).not.toContain('flag-example');
  const shown = await runProgram(['config', 'show'], {
    home: relay.home,
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'variable-example' },
  });
  expect(shown.code).toBe(0);
  expect(shown.stdout).not.toContain('variable-example');
});

describe('the brake', () => {
  const attempt = (relay: Relay, credential: string, forwardedFor?: string): Promise<Answer> =>
    get(relay, '/api/state', {
      ...bearer(credential),
      ...(forwardedFor === undefined ? {} : { 'X-Forwarded-For': forwardedFor }),
    });

  test('after 100 wrong tokens in a minute an address is told to wait, but never with the right token', async () => {
    await using relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' } });
    for (let n = 0; n < 100; n++) expectError(await attempt(relay, `wrong-${n}`), 401, 'unauthorized');
    expectError(await attempt(relay, 'wrong'), 429, 'too_many_attempts');
    expectError(await get(relay, '/events/channel/x?token=wrong'), 429, 'too_many_attempts');
    expect((await attempt(relay, 'example')).status).toBe(200);
    expect((await attempt(relay, relay.localToken)).status).toBe(200);
    // Who brings no token at all guesses nothing.
    expectError(await get(relay, '/api/state'), 401, 'unauthorized');
    expect((await get(relay, '/status')).status).toBe(200);
    // A forwarding header is believed from nobody, so it is no way around.
    expectError(await attempt(relay, 'wrong', '203.0.113.9'), 429, 'too_many_attempts');
  });

  test('behind a trusted proxy each client is counted by its own address', async () => {
    await using relay = await startRelay({
      args: ['--trusted-proxy', '127.0.0.0/8', '--failed-auth-per-minute', '2'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example' },
    });
    const client = '203.0.113.9';
    expectError(await attempt(relay, 'wrong', client), 401, 'unauthorized');
    expectError(await attempt(relay, 'wrong', `198.51.100.7, ${client}`), 401, 'unauthorized');
    expectError(await attempt(relay, 'wrong', client), 429, 'too_many_attempts');
    // What stands to the left was written by the client itself.
    expectError(await attempt(relay, 'wrong', `192.0.2.44, ${client}`), 429, 'too_many_attempts');
    expectError(await attempt(relay, 'wrong', '203.0.113.10'), 401, 'unauthorized');
    expect((await attempt(relay, 'example', client)).status).toBe(200);
  });
});

describe('a relay without a token', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay();
  });

  test.each([
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Real-IP', '127.0.0.1'],
    ['Forwarded', 'for=127.0.0.1'],
    ['X-Forwarded-For', ''],
  ])(
    '10.1 row 38: a request with %s: %s came through a proxy and is refused on protected paths',
    async (name, value) => {
      for (const path of ['/api/state', '/events/channel/x', '/mcp', '/sse', '/api/nowhere']) {
        expectError(await get(relay, path, { [name]: value }), 403, 'unauthenticated_network');
      }
      expectError(await post(relay, '/api/send', {}, { [name]: value }), 403, 'unauthenticated_network');
      expect((await get(relay, '/status', { [name]: value })).status).toBe(200);
    },
  );

  test('reads, sends and clears for this machine, but takes no orders about itself', async () => {
    await send(relay, { channel: 'open' });
    await state(relay);
    expectError(await post(relay, '/api/reload', {}), 403, 'missing_right');
    expect((await post(relay, '/api/reload', {}, bearer(relay.localToken))).status).toBe(200);
  });

  test('a token that a client still carries does no harm, and none of them is braked', async () => {
    for (let n = 0; n < 101; n++) await state(relay, bearer('left-over'));
  });
});
