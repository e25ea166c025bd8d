import type { IncomingMessage } from 'node:http';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { connect, connectHttp } from '../mcp/sdk-client.ts';
import { head, openSession, post as postRpc, start, toolCall } from '../mcp/raw-http.ts';
import { expectError } from '../http/expect-answer.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { admin, listTokens, makeToken, revoke, rotate } from './requests.ts';

/** What a token of a machine opens, and how all of that ends with it. */

const shared = 'an-example-token';

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: shared } });
});

function authorized(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

/** Resolves when the response has ended in whatever way. */
function ended(response: IncomingMessage): Promise<void> {
  response.on('error', () => undefined).resume();
  return new Promise((resolve) => response.once('close', resolve));
}

/** Everything that can stay open with a token. */
async function openEverything(token: string) {
  const headers = authorized(token);
  const url = new URL('/mcp', relay.url);
  const stream = await follow(relay, 'demo', headers);
  const waiting = get(relay, '/api/wait?channel=demo&consumer_id=waits&timeout_seconds=55', headers);
  const session = await openSession(url, headers);
  const sessionStream = ended(await head(start(url, 'GET', session)));
  const toolWait = postRpc(
    url,
    toolCall('bridge_wait', { channel: 'demo', consumer_id: 'waits too', timeout_seconds: 200 }, 'wait'),
    session,
  );
  const legacy = ended(await head(start(new URL('/sse', relay.url), 'GET', headers)));
  const signedIn = await call(relay, 'POST', '/api/session', { headers });
  const cookie = { Cookie: signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
  const browserStream = await follow(relay, 'demo', cookie);
  await expect.poll(async () => (await state()).waiters).toBe(2);
  return { stream, waiting, url, session, sessionStream, toolWait, legacy, cookie, browserStream };
}

async function state(): Promise<{ waiters: number; sse_subscribers: number }> {
  return (await get(relay, '/api/state', admin(relay))).body as { waiters: number; sse_subscribers: number };
}

describe('what is open with a token', () => {
  test('ends when it is revoked: streams, waits, MCP sessions, browser sessions', async () => {
    const { id, token } = await makeToken(relay);
    const open = await openEverything(token);
    const other = await makeToken(relay);
    using untouched = await follow(relay, 'demo', authorized(other.token));
    expect(await listTokens(relay)).toContainEqual(expect.objectContaining({ id, open: 5 }));

    expect(await revoke(relay, id)).toMatchObject({ status: 200, body: { id, revoked: true } });

    await Promise.all([open.stream.closed, open.browserStream.closed, open.sessionStream, open.legacy]);
    expectError(await open.waiting, 401, 'unauthorized');
    expect((await open.toolWait).text).not.toContain('"messages"');
    for (const headers of [authorized(token), open.cookie]) {
      expectError(await get(relay, '/api/state', headers), 401, 'unauthorized');
    }
    // The session is gone, not only closed to its old token.
    const elsewhere = { ...open.session, ...authorized(other.token) };
    expect((await postRpc(open.url, toolCall('bridge_ping'), elsewhere)).status).toBe(404);
    expect(await state()).toMatchObject({ waiters: 0, sse_subscribers: 1 });
    const sent = await send(relay, { channel: 'demo' }, bearer(shared));
    expect(await untouched.next()).toMatchObject({ id: sent.id });
  });

  test('ends when another relay on the same file revokes it', async () => {
    await using sibling = await startRelay({
      args: ['--db', relay.databasePath],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: shared },
    });
    const { id, token } = await makeToken(relay);
    await expect.poll(async () => (await get(sibling, '/api/state', authorized(token))).status).toBe(200);
    using stream = await follow(sibling, 'demo', authorized(token));
    await revoke(relay, id);
    await stream.closed;
    expectError(await get(sibling, '/api/state', authorized(token)), 401, 'unauthorized');
  });

  test('ends when the token expires', async () => {
    const { token } = await makeToken(relay, { expires_in_seconds: 1 });
    using stream = await follow(relay, 'demo', authorized(token));
    await stream.closed;
    expectError(await get(relay, '/api/state', authorized(token)), 401, 'unauthorized');
  });
});

describe('a rotation', () => {
  test('lets machine and relay change over without a gap', async () => {
    const { id, token: old } = await makeToken(relay);
    using stream = await follow(relay, 'demo', authorized(old));
    const { token } = (await rotate(relay, id, { grace_seconds: 600 })).body as { token: string };
    for (const either of [old, token]) {
      expect(await get(relay, '/api/whoami', authorized(either))).toMatchObject({ status: 200 });
    }
    const sent = await send(relay, { channel: 'demo' }, authorized(token));
    expect(await stream.next()).toMatchObject({ id: sent.id });
  });

  test('without a grace ends what the old secret has opened', async () => {
    const { id, token: old } = await makeToken(relay);
    using stream = await follow(relay, 'demo', authorized(old));
    const { token } = (await rotate(relay, id, { grace_seconds: 0 })).body as { token: string };
    await stream.closed;
    expectError(await get(relay, '/api/state', authorized(old)), 401, 'unauthorized');
    expect(await get(relay, '/api/state', authorized(token))).toMatchObject({ status: 200 });
  });

  test('keeps the old secret for as long as the settings say if nobody says otherwise', async () => {
    const { id } = await makeToken(relay);
    const { old_secret_until } = (await rotate(relay, id)).body as { old_secret_until: string };
    const grace = Date.parse(old_secret_until) - Date.now();
    expect(grace).toBeGreaterThan(3_500_000);
    expect(grace).toBeLessThanOrEqual(3_600_000);
  });
});

test('a token tells what used it last, as long as the relay runs', async () => {
  const made = await makeToken(relay);
  await get(relay, '/api/state', {
    ...authorized(made.token),
    'User-Agent': `example/1.0 ${'x'.repeat(300)}`,
  });
  const listed = (await listTokens(relay)).find(({ id }) => id === made.id);
  expect(listed?.last_user_agent).toMatch(/^example\/1\.0 x+…$/);
  expect(listed?.last_user_agent).toHaveLength(201);
});

test('tokens outlive a restart, with when they were used last', async () => {
  const first = await startRelay();
  const made = await makeToken(first, { label: 'atlas' });
  await get(first, '/api/state', authorized(made.token));
  expect(await first.stop()).toMatchObject({ code: 0 });
  await using again = await startRelay({ home: first.home });
  expect(await listTokens(again)).toMatchObject([
    { label: 'atlas', last_address: '127.0.0.1', last_used_at: expect.any(String) as string },
  ]);
  expect(await get(again, '/api/whoami', authorized(made.token))).toMatchObject({
    status: 200,
    body: { principal: { kind: 'machine', label: 'atlas', rights: ['read', 'send'], channels: {} } },
  });
});

describe('a relay without a shared token', () => {
  test('holds a machine to the rights of its own token, and does not let it in without them', async () => {
    await using open = await startRelay();
    const { id, token } = await makeToken(open, { rights: ['read'] });
    const message = { channel: 'demo', sender: 'atlas', content: 'hello' };
    expectError(await post(open, '/api/send', message, authorized(token)), 403, 'missing_right');
    expect(await post(open, '/api/send', message)).toMatchObject({ status: 200 });
    expect(await post(open, '/api/send', message, bearer('a shared token from before'))).toMatchObject({
      status: 200,
    });
    await revoke(open, id);
    for (const path of ['/api/state', '/api/messages?channel=demo']) {
      expectError(await get(open, path, authorized(token)), 401, 'unauthorized');
    }
  });
});

test('a browser that has signed in with a token of a machine has its rights and no more', async () => {
  const { token } = await makeToken(relay, {
    label: 'page',
    rights: ['read'],
    channels: { read: ['demo:*'] },
  });
  const signedIn = await call(relay, 'POST', '/api/session', { headers: authorized(token) });
  const Cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  expect(await get(relay, '/api/whoami', { Cookie })).toMatchObject({
    body: {
      principal: {
        kind: 'session',
        label: 'a browser signed in with page',
        rights: ['read'],
        channels: { read: ['demo:*'] },
      },
      client: null,
      address: '127.0.0.1',
    },
  });
  expectError(await post(relay, '/api/clear', { channel: 'demo:a' }, { Cookie }), 403, 'missing_right');
  expectError(await get(relay, '/api/messages?channel=ops', { Cookie }), 403, 'missing_right', 'channel');
});

test('an agent that lost its token is told so by the official client', async () => {
  const { id, token } = await makeToken(relay, { rights: ['read', 'send', 'clear'] });
  const requestInit = { headers: authorized(token) };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- one of the transports under test
  const legacy = await connect(new SSEClientTransport(new URL('/sse', relay.url), { requestInit }));
  const agents = [await connectHttp(new URL('/mcp', relay.url), authorized(token)), legacy];
  for (const agent of agents) expect(await agent.call('bridge_ping')).toMatchObject({ isError: false });
  await revoke(relay, id);
  for (const agent of agents) await expect(agent.call('bridge_ping')).rejects.toThrow();
});
