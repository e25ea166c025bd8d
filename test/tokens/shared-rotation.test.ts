import { chmodSync, chownSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { SharedTokenResponse } from '../../src-shared/api/tokens.ts';
import { expectError } from '../http/expect-answer.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, call, get, post, send, type Answer } from '../support/http-client.ts';
import { textLike } from '../support/matchers.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';

/** The shared token is replaced while everybody uses it (wire specification 7.12). */

const form = /^cb_shared_[\w-]{43}$/;

/** A relay with a token, whoever asks. */
function guarded(home = scratchDirectory()): Promise<Relay> {
  return startRelay({ home, args: ['--require-token', '--audit-log'] });
}

function tokenIn(home: string, file = 'token'): string {
  return readFileSync(join(home, file), 'utf8').trim();
}

function rotate(relay: Relay, body: object = {}, headers = bearer(relay.localToken)): Promise<Answer> {
  return post(relay, '/api/token/rotate', body, headers);
}

async function rotated(relay: Relay, body: object = {}): Promise<SharedTokenResponse & { token: string }> {
  const answer = await rotate(relay, body);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as SharedTokenResponse & { token: string };
}

async function opens(relay: Relay, token: string): Promise<boolean> {
  const { status } = await get(relay, '/api/state', bearer(token));
  expect([200, 401]).toContain(status);
  return status === 200;
}

describe('a rotation', () => {
  test('puts a new token into the file, and the old one counts for the time of grace, over a restart too', async () => {
    const relay = await guarded();
    const old = tokenIn(relay.home);
    using stream = await follow(relay, 'x', bearer(old));

    const { token, file, old_until } = await rotated(relay);

    expect(token).toMatch(form);
    expect(file).toBe(join(relay.home, 'token'));
    expect(tokenIn(relay.home)).toBe(token);
    if (process.platform !== 'win32') expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
    // An hour, unless the settings or the request say otherwise.
    expect(Date.parse(old_until)).toBeGreaterThan(Date.now() + 3_500_000);
    expect([await opens(relay, token), await opens(relay, old)]).toEqual([true, true]);
    const { id } = await send(relay, { channel: 'x' }, bearer(token));
    expect((await stream.next())?.id).toBe(id);

    await relay.stop();
    await using again = await guarded(relay.home);
    expect([await opens(again, token), await opens(again, old)]).toEqual([true, true]);
    const { token: third } = await rotated(again, { grace_seconds: 3600 });
    // Two count at a time.
    expect(await Promise.all([third, token, old].map((one) => opens(again, one)))).toEqual([
      true,
      true,
      false,
    ]);
    const said = relay.stdout + relay.stderr + again.stdout + again.stderr;
    for (const secret of [old, token, third]) expect(said).not.toContain(secret);
  });

  test('without grace ends at once what the old token has let in: streams, waits, sessions of browsers and agents', async () => {
    await using relay = await guarded();
    const old = bearer(tokenIn(relay.home));
    const { id } = await send(relay, { channel: 'x' }, old);
    const signedIn = await call(relay, 'POST', '/api/session', { headers: old });
    const cookie = { Cookie: String(signedIn.headers['set-cookie']).split(';')[0] };
    using stream = await follow(relay, 'x', old);
    using browser = await follow(relay, 'x', cookie);
    const initialize = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    };
    const accept = { Accept: 'application/json, text/event-stream' };
    const agent = await post(relay, '/mcp', initialize, { ...old, ...accept });
    const session = { ...accept, 'Mcp-Session-Id': String(agent.headers['mcp-session-id']) };
    const waiting = get(relay, `/api/wait?channel=x&since_id=${id}&timeout_seconds=55`, old);
    await expect.poll(async () => (await get(relay, '/api/state', old)).text).toContain('"waiters":1');

    const { token } = await rotated(relay, { grace_seconds: 0 });

    await Promise.all([stream.closed, browser.closed]);
    expect((await waiting).status).toBe(401);
    expectError(await get(relay, '/api/state', old), 401, 'unauthorized');
    expectError(await get(relay, '/api/state', cookie), 401, 'unauthorized');
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
    expect((await post(relay, '/mcp', ping, { ...bearer(token), ...session })).status).toBe(404);
  });

  test('ends the old token when its time is up, and what is open with it', async () => {
    await using relay = await guarded();
    const old = tokenIn(relay.home);
    using stream = await follow(relay, 'x', bearer(old));
    const { token } = await rotated(relay, { grace_seconds: 1 });
    expect(await opens(relay, old)).toBe(true);
    await stream.closed;
    expect([await opens(relay, token), await opens(relay, old)]).toEqual([true, false]);
  });

  test('is written down without the token, and a browser that is signed in does not get it', async () => {
    await using relay = await guarded();
    const old = bearer(tokenIn(relay.home));
    const signedIn = await call(relay, 'POST', '/api/session', { headers: old });
    const cookie = { Cookie: String(signedIn.headers['set-cookie']).split(';')[0] };
    const answer = await rotate(relay, {}, cookie);
    expect(answer).toMatchObject({ status: 200, body: { token: null, file: join(relay.home, 'token') } });
    const token = tokenIn(relay.home);
    expect(answer.text).not.toContain(token);
    const rows = async () => {
      const { body } = await get(relay, '/api/audit?event=token_rotate', bearer(token));
      return (body as AuditResponse).events;
    };
    await expect
      .poll(rows)
      .toMatchObject([
        { detail: 'the shared token', by: 'a browser signed in with the shared token', ip: '127.0.0.1' },
      ]);
    expect(JSON.stringify(await rows()) + relay.stderr).not.toContain(token);
  });

  test('needs admin and a time that makes sense', async () => {
    await using relay = await guarded();
    expectError(await rotate(relay, {}, {}), 401, 'unauthorized');
    expectError(await rotate(relay, { grace_seconds: -1 }), 400, 'out_of_range', 'grace_seconds');
    expectError(await rotate(relay, { grace_seconds: 'long' }), 400, 'invalid_type', 'grace_seconds');
    await using open = await startRelay();
    expectError(await rotate(open, {}, {}), 403, 'missing_right');
  });
});

describe('where the token lies', () => {
  test.each([
    ['a flag', { args: ['--auth-token', 'given-by-flag'] }],
    ['a variable', { env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'given-by-variable' } }],
  ])('in %s, it can be changed only there', async (_where, options) => {
    await using relay = await startRelay(options);
    expectError(await rotate(relay), 409, 'setting_fixed', 'authToken');
  });

  test('in the settings file, it is replaced there', async () => {
    const home = scratchDirectory();
    const file = join(home, 'config.json');
    writeFileSync(file, '{"authToken": "fictional-first", "maxSse": 7}');
    await using relay = await startRelay({ home });
    const { token, file: named } = await rotated(relay);
    expect(named).toBe(file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ authToken: token, maxSse: 7 });
    expect([await opens(relay, token), await opens(relay, 'fictional-first')]).toEqual([true, true]);
    const settings = await get(relay, '/api/settings', bearer(token));
    expect(settings.text).toMatch(/"key":"authToken"[^}]*\}[^}]*"awaits_restart":false/);
    // Somebody else's choice ends both.
    writeFileSync(file, '{"authToken": "fictional-third"}');
    expect((await post(relay, '/api/reload', {}, bearer(token))).body).toMatchObject({
      reloaded: { authToken: ['********', '********'] },
    });
    const all = ['fictional-third', token, 'fictional-first'].map((one) => opens(relay, one));
    expect(await Promise.all(all)).toEqual([true, false, false]);
  });

  test.skipIf(process.platform === 'win32')(
    'in a file of its own, that is replaced, and a link to it stays',
    async () => {
      const [home, elsewhere] = [scratchDirectory(), scratchDirectory()];
      writeFileSync(join(elsewhere, 'real'), 'fictional-first\n', { mode: 0o644 });
      symlinkSync(join(elsewhere, 'real'), join(home, 'link'));
      await using relay = await startRelay({ home, args: ['--auth-token-file', join(home, 'link')] });
      const { token, file } = await rotated(relay);
      expect(file).toBe(join(home, 'link'));
      expect(tokenIn(elsewhere, 'real')).toBe(token);
      expect(tokenIn(home, 'link')).toBe(token);
      expect(statSync(join(elsewhere, 'real')).mode & 0o777).toBe(0o600);
      expect(await opens(relay, 'fictional-first')).toBe(true);
    },
  );

  test.skipIf(process.platform === 'win32')('where it cannot be written, nothing changes', async () => {
    const home = scratchDirectory();
    const asOrdinaryUser = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    if (asOrdinaryUser.uid !== undefined) chownSync(home, asOrdinaryUser.uid, asOrdinaryUser.uid);
    const relay = await startRelay({ home, args: ['--require-token'], ...asOrdinaryUser });
    const old = tokenIn(home);
    chmodSync(home, 0o555);
    onTestFinished(() => chmodSync(home, 0o755));
    const answer = await rotate(relay);
    expectError(answer, 400, 'invalid_value');
    expect(answer.text).toContain('permission denied');
    expect([tokenIn(home), await opens(relay, old)]).toEqual([old, true]);
  });

  test('where none is asked for, there is none to rotate', async () => {
    await using relay = await startRelay();
    expectError(await rotate(relay), 409, 'conflict');
  });
});

test('when a token is required from now on, what is open without one ends', async () => {
  await using relay = await startRelay();
  using stream = await follow(relay, 'x');
  const headers = bearer(relay.localToken);
  using own = await follow(relay, 'x', headers);
  const body = { requireToken: true };
  const change = await call(relay, 'PATCH', '/api/settings', { body, headers });
  expect(change.body).toMatchObject({ token_required: true });
  await stream.closed;
  expectError(await get(relay, '/api/state'), 401, 'unauthorized');
  const token = tokenIn(relay.home);
  expect(token).toEqual(textLike(form));
  const { id } = await send(relay, { channel: 'x' }, bearer(token));
  expect((await own.next())?.id).toBe(id);

  // And when none is required any more, who has one goes on.
  using withToken = await follow(relay, 'x', bearer(token));
  await call(relay, 'PATCH', '/api/settings', { body: { requireToken: null }, headers });
  const sent = await send(relay, { channel: 'x' });
  expect((await withToken.next())?.id).toBe(sent.id);
});
