import type { OutgoingHttpHeaders } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SessionsResponse } from '../../src-shared/api/sessions.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, post, send, type Answer } from '../support/http-client.ts';
import { anyText, textLike } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';

/** Signing a browser in and out, with real cookies (wire specification 7.3). */

const token = 'example-token';

let relay: Relay;
let open: Relay;

beforeAll(async () => {
  [relay, open] = await Promise.all([
    startRelay({
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token },
      args: ['--trusted-proxy', '127.0.0.1'],
    }),
    startRelay(),
  ]);
});

const signedIn = { authenticated: true, auth_required: true };
const signedOut = { authenticated: false, auth_required: true };

function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** Signs in and gives the Cookie header that the browser sends from then on. */
async function signIn(headers = {}): Promise<{ Cookie: string }> {
  const answer = await call(relay, 'POST', '/api/session', { headers: { ...bearer(token), ...headers } });
  expect(answer).toMatchObject({ status: 200, body: signedIn });
  return { Cookie: cookieOf(answer) };
}

describe('a sign-in', () => {
  test('turns the token into a cookie that opens every protected path', async () => {
    const answer = await call(relay, 'POST', '/api/session', { headers: bearer(token) });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^claude_bridge_session=[\w-]{43}; HttpOnly; Max-Age=28800; Path=\/; SameSite=Strict$/,
      ),
    ]);
    const Cookie = cookieOf(answer);
    const rights = ['read', 'send', 'clear', 'admin'];
    const body = { ...signedIn, rights, channels: {} };
    expect(await get(relay, '/api/session', { Cookie })).toMatchObject({ status: 200, body });
    expect(await get(relay, '/api/state', { Cookie })).toMatchObject({ status: 200 });
    expect(await post(relay, '/api/clear', { channel: 'demo' }, { Cookie })).toMatchObject({ status: 200 });
    expect(await get(relay, '/api/sessions', { Cookie })).toMatchObject({ status: 200 });
  });

  test('needs the token: a cookie makes no further session', async () => {
    const cookie = await signIn();
    for (const headers of [cookie, {}, bearer('guess'), { ...cookie, ...bearer('guess') }]) {
      const answer = await call(relay, 'POST', '/api/session', { headers });
      expect(answer).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(await get(relay, '/api/session', cookie)).toMatchObject({ status: 200 });
  });

  test('over HTTPS makes a cookie that never travels without it', async () => {
    const headers = { ...bearer(token), 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.7' };
    const answer = await call(relay, 'POST', '/api/session', { headers });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });

  test('ends the session whose cookie came along', async () => {
    const old = await signIn();
    const next = await signIn(old);
    expect(next.Cookie).not.toBe(old.Cookie);
    expect(await get(relay, '/api/session', old)).toMatchObject({ status: 401 });
    expect(await get(relay, '/api/session', next)).toMatchObject({ status: 200 });
  });

  test('has nothing to do where no token is configured', async () => {
    for (const method of ['GET', 'POST']) {
      const answer = await call(open, method, '/api/session');
      expect(answer).toMatchObject({ status: 200, body: { authenticated: true, auth_required: false } });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  test('from a page of another origin is refused', async () => {
    const cookie = await signIn();
    const foreign = { ...cookie, Origin: 'https://evil.example' };
    expect(await post(relay, '/api/clear', { channel: 'demo' }, foreign)).toMatchObject({ status: 403 });
    expect(await call(relay, 'DELETE', '/api/session', { headers: foreign })).toMatchObject({ status: 403 });
    expect(await get(relay, '/api/session', cookie)).toMatchObject({ status: 200 });
  });
});

describe('a sign-out', () => {
  test('ends the session and its open streams at once, and takes the cookie away', async () => {
    const cookie = await signIn();
    using mine = await follow(relay, 'demo', cookie);
    using others = await follow(relay, 'demo', bearer(token));
    const answer = await call(relay, 'DELETE', '/api/session', { headers: cookie });
    expect(answer).toMatchObject({ status: 200, body: signedOut });
    expect(answer.headers['set-cookie']).toEqual([
      'claude_bridge_session=; HttpOnly; Max-Age=0; Path=/; SameSite=Strict',
    ]);
    await mine.closed;
    expect(await get(relay, '/api/state', cookie)).toMatchObject({ status: 401 });
    const sent = await send(relay, { channel: 'demo' }, bearer(token));
    expect(await others.next()).toMatchObject({ id: sent.id });
  });

  test('is fine without a session', async () => {
    expect(await call(relay, 'DELETE', '/api/session')).toMatchObject({ status: 200, body: signedOut });
  });
});

describe('an administrator', () => {
  test('sees who is signed in, and ends one session or all', async () => {
    await call(relay, 'DELETE', '/api/sessions', { headers: bearer(token) });
    const [first, second] = [await signIn({ 'User-Agent': 'Fictional/1.0' }), await signIn()];
    const list = async (headers: OutgoingHttpHeaders = bearer(token)) => {
      const { body } = await get(relay, '/api/sessions', headers);
      return (body as SessionsResponse).sessions;
    };
    const [shown, ...others] = await list();
    expect(shown).toEqual({
      ...{ id: textLike(/^[0-9a-f]{12}$/), credential: 'the shared token', address: '127.0.0.1' },
      ...{ created_at: anyText, last_used_at: anyText, expires_at: anyText },
      ...{ user_agent: 'Fictional/1.0', open: 0, current: false },
    });
    expect(others).toHaveLength(1);
    expect((await list(second)).map(({ current, open }) => [current, open])).toEqual([
      [false, 0],
      [true, 1],
    ]);
    using stream = await follow(relay, 'demo', first);
    const one = `/api/sessions/${shown?.id ?? ''}`;
    expect(await call(relay, 'DELETE', one, { headers: second })).toMatchObject({ status: 200 });
    await stream.closed;
    expect(await call(relay, 'DELETE', one, { headers: second })).toMatchObject({ status: 404 });
    const all = await call(relay, 'DELETE', '/api/sessions', { headers: second });
    expect(all).toMatchObject({ status: 200, body: { revoked: 1 } });
    expect(await list()).toEqual([]);
  });
});

test('a browser that could not know that its session has ended is not written down, but whoever else uses its cookie', async () => {
  await using audited = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_AUDIT_LOG: '1' },
    args: ['--trusted-proxy', '127.0.0.1'],
  });
  const ask = (path: string, Cookie: string, address: string) =>
    get(audited, path, { Cookie, 'X-Forwarded-For': address });
  const headers = { ...bearer(token), 'X-Forwarded-For': '192.0.2.7' };
  const cookie = cookieOf(await call(audited, 'POST', '/api/session', { headers }));
  expect(await ask('/api/state', cookie, '192.0.2.7')).toMatchObject({ status: 200 });
  await call(audited, 'DELETE', '/api/sessions', { headers: bearer(token) });

  for (const path of ['/api/state', '/api/agents']) {
    const answer = await ask(path, cookie, '192.0.2.7');
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
  }
  await ask('/api/status-of-a-thief', cookie, '203.0.113.9');
  await ask('/api/made-up', `claude_bridge_session=${'x'.repeat(43)}`, '192.0.2.7');
  const rows = async () => {
    const { body } = await get(audited, '/api/audit?event=auth_failure', bearer(token));
    const { events } = body as { events: { detail: string; ip: string }[] };
    return events.map(({ detail, ip }) => `${detail} ${ip}`);
  };
  await expect.poll(rows).toEqual(['/api/made-up 192.0.2.7', '/api/status-of-a-thief 203.0.113.9']);
});

test('asking whether one is signed in is no failed attempt for the audit log; a wrong token is', async () => {
  await using audited = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_AUDIT_LOG: '1' },
  });
  const failures = async () => {
    const { body } = await get(audited, '/api/audit', bearer(token));
    const { events } = body as { events: { event: string; detail: string }[] };
    return events.filter(({ event }) => event === 'auth_failure').map(({ detail }) => detail);
  };
  await get(audited, '/api/session');
  await get(audited, '/api/session', { Cookie: `claude_bridge_session=${'x'.repeat(43)}` });
  await get(audited, '/api/session', bearer('guess'));
  await get(audited, '/api/state');
  await expect.poll(failures).toContain('/api/state');
  expect(await failures()).toEqual(['/api/state', '/api/session']);
});
