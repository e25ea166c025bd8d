import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TokenRequest } from '../../src-shared/api/tokens.ts';
import { bearer, call, get, post } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { expectError } from '../http/expect-answer.ts';
import { admin, listTokens, makeToken, revoke, rotate } from './requests.ts';

/** Tokens of machines over the JSON API: who may make them, what is answered, what is written down. */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUDIT_LOG: '1' } });
});

describe('who may administer tokens', () => {
  const routes: [method: string, path: string, body?: object][] = [
    ['GET', '/api/tokens'],
    ['POST', '/api/tokens', { label: 'made by a stranger', rights: ['read'] }],
    ['POST', '/api/tokens/000000000000/rotate', {}],
    ['DELETE', '/api/tokens/000000000000'],
  ];

  test.each<[string, Parameters<typeof makeToken>[1] | undefined]>([
    ['without a credential', undefined],
    ['with all rights but admin', { rights: ['read', 'send', 'clear'] }],
    ['with admin on some channels', { rights: ['read', 'admin'], channels: { admin: ['ops', 'demo:*'] } }],
  ])('nobody %s', async (_who, request) => {
    const headers = request ? bearer((await makeToken(relay, request)).token) : {};
    const before = await listTokens(relay);
    for (const [method, path, body] of routes) {
      expectError(await call(relay, method, path, { headers, body }), 403, 'missing_right');
    }
    expect((await listTokens(relay)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  test('whoever has admin on all channels, by a token of a machine too', async () => {
    const headers = bearer((await makeToken(relay, { rights: ['admin'], channels: null })).token);
    const made = await post(relay, '/api/tokens', { label: 'made by a machine', rights: ['read'] }, headers);
    expect(made).toMatchObject({ status: 200, body: { label: 'made by a machine' } });
    const { id } = made.body as { id: string };
    expect(await post(relay, `/api/tokens/${id}/rotate`, {}, headers)).toMatchObject({ status: 200 });
    expect(await get(relay, '/api/tokens', headers)).toMatchObject({ status: 200 });
    expect(await call(relay, 'DELETE', `/api/tokens/${id}`, { headers })).toMatchObject({ status: 200 });
  });
});

describe('making a token', () => {
  test('answers all that there is to know about it, and the token this once', async () => {
    const limits = { send: ['payments:*', 'ops'] };
    const asked = {
      label: 'Zoë’s laptop 🙂',
      rights: ['send', 'read', 'send'],
      channels: limits,
    } satisfies TokenRequest;
    const { token, ...made } = await makeToken(relay, { ...asked, expires_in_seconds: 3600 });
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      label: 'Zoë’s laptop 🙂',
      rights: ['read', 'send'],
      channels: limits,
      created_at: expect.any(String) as string,
      expires_at: expect.any(String) as string,
      expired: false,
      last_used_at: null,
      last_address: null,
      last_user_agent: null,
      old_secret_until: null,
      open: 0,
    });
    expect(Date.parse(made.expires_at ?? '') - Date.parse(made.created_at)).toBe(3_600_000);
    expect(token).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}$/);
    expect(await listTokens(relay)).toContainEqual(made);
  });

  test.each<[string, object, string, string]>([
    ['no label', { label: undefined }, 'invalid_type', 'label'],
    ['an empty label', { label: '' }, 'required', 'label'],
    ['a label with a blank at its end', { label: 'atlas ' }, 'surrounding_whitespace', 'label'],
    ['a label of 65 characters', { label: 'x'.repeat(65) }, 'too_long', 'label'],
    ['a label that turns the text around', { label: 'atlas\u202egnp' }, 'invalid_value', 'label'],
    ['a label with a blank that is none', { label: 'at\u00a0las' }, 'invalid_value', 'label'],
    ['a label of the relay itself', { label: 'the shared token' }, 'invalid_value', 'label'],
    ['no rights', { rights: [] }, 'out_of_range', 'rights'],
    ['an unknown right', { rights: ['write'] }, 'invalid_value', 'rights.0'],
    ['a limit to nothing', { channels: { read: [] } }, 'out_of_range', 'channels.read'],
    ['a limit to 51 patterns', { channels: { read: Array(51).fill('a') } }, 'out_of_range', 'channels.read'],
    ['an empty pattern', { channels: { read: [''] } }, 'required', 'channels.read.0'],
    ['a limit to a right that is not given', { channels: { clear: ['ops'] } }, 'invalid_value', 'channels'],
    ['no time at all', { expires_in_seconds: 0 }, 'out_of_range', 'expires_in_seconds'],
    ['half a second', { expires_in_seconds: 0.5 }, 'invalid_type', 'expires_in_seconds'],
  ])('refuses %s', async (_what, changed, code, field) => {
    const before = (await listTokens(relay)).length;
    const body = { label: 'refused', rights: ['read'], ...changed };
    expectError(await post(relay, '/api/tokens', body, admin(relay)), 400, code as never, field);
    expect(await listTokens(relay)).toHaveLength(before);
  });

  test('refuses a label that another machine has', async () => {
    await makeToken(relay, { label: 'taken' });
    const answer = await post(relay, '/api/tokens', { label: 'TAKEN', rights: ['read'] }, admin(relay));
    expectError(answer, 409, 'conflict', 'label');
  });
});

test('a token that is not there can be neither rotated nor revoked, nor anything else done to it', async () => {
  expectError(await revoke(relay, '000000000000'), 404, 'not_found', 'id');
  expectError(await rotate(relay, '000000000000'), 404, 'not_found', 'id');
  expectError(await revoke(relay, ''), 404, 'not_found', 'id');
  const { id } = await makeToken(relay);
  for (const path of [id, `${id}/rotate/twice`, `${id}/show`]) {
    expectError(await post(relay, `/api/tokens/${path}`, {}, admin(relay)), 404, 'not_found');
  }
  expectError(await rotate(relay, id, { grace_seconds: -1 }), 400, 'out_of_range', 'grace_seconds');
});

test('everything that is done is in the audit log, with who did it and from where', async () => {
  const { id } = await makeToken(relay, {
    label: 'audited',
    rights: ['read', 'send'],
    channels: { send: ['ops'] },
  });
  await rotate(relay, id);
  await revoke(relay, id);
  const entries = async () => {
    const { body } = await get(relay, '/api/audit?limit=1000', admin(relay));
    const { events } = body as { events: { event: string; detail: string | null; ip: string }[] };
    return events.filter(({ detail }) => detail?.includes(id));
  };
  const detail = `audited (${id}): read, send (ops)`;
  await expect.poll(entries).toHaveLength(3);
  expect(await entries()).toMatchObject(
    ['token_revoke', 'token_rotate', 'token_create'].map((event) => ({
      event,
      detail,
      ip: '127.0.0.1',
      by: 'the local token',
    })),
  );
});

test('no secret is written anywhere: not in the log, and no byte of it in the database', async () => {
  await using talkative = await startRelay({
    env: { CLAUDE_BRIDGE_AUDIT_LOG: '1', CLAUDE_BRIDGE_LOG_LEVEL: 'debug' },
  });
  const made = await makeToken(talkative);
  const rotated = await rotate(talkative, made.id);
  const tokens = [made.token, (rotated.body as { token: string }).token];
  for (const token of tokens) {
    await get(talkative, '/api/state', bearer(token));
    await get(talkative, `/events/channel/?token=${token}`);
    await post(talkative, '/api/send', { channel: 'x', sender: 'y', content: 'z' }, bearer(`${token}x`));
  }
  await revoke(talkative, made.id);
  await talkative.stop();
  const written = [talkative.stdout, talkative.stderr];
  for (const name of readdirSync(talkative.home, { recursive: true, encoding: 'utf8' })) {
    if (/\.db/.test(name)) written.push(readFileSync(join(talkative.home, name), 'latin1'));
  }
  expect(written.length).toBeGreaterThan(2);
  expect(talkative.stderr).toContain('/api/state');
  for (const token of tokens) {
    const secret = token.slice('cb_000000000000_'.length);
    for (const text of written) expect(text).not.toContain(secret.slice(0, 12));
  }
});
