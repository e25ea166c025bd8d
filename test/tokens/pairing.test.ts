import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { PairingRequest, PairingResponse, RedemptionResponse } from '../../src-shared/api/pairings.ts';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { nodeFetch } from '../../src-main/remote/node-fetch.ts';
import { expectError } from '../http/expect-answer.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, call, get, post } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { admin, listTokens, makeToken, revoke } from './requests.ts';

/** A machine joins by a code that an administrator has made for it. */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'an-example-token', CLAUDE_BRIDGE_AUDIT_LOG: '1' },
  });
});

async function makeCode(request: Partial<PairingRequest> = {}, on = relay): Promise<PairingResponse> {
  const answer = await post(on, '/api/pairings', { rights: ['read', 'send'], ...request }, admin(on));
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as PairingResponse;
}

/** Tries never come from one address twice, unless a test says so: each test has its own slips. */
let machines = 0;

function redeem(code: string, { label, from = `127.0.1.${++machines}`, on = relay } = {} as Redeeming) {
  return call(on, 'POST', '/api/pairings/redeem', { body: { code, label }, from });
}

interface Redeeming {
  label?: string;
  from?: string;
  on?: Relay;
}

const listed = async () =>
  ((await get(relay, '/api/pairings', admin(relay))).body as { pairings: PairingResponse[] }).pairings;

describe('who may make codes', () => {
  test.each<[string, Parameters<typeof makeToken>[1] | undefined, number, string]>([
    ['nobody without a credential', undefined, 401, 'unauthorized'],
    ['no machine without admin', { rights: ['read', 'send', 'clear'] }, 403, 'missing_right'],
    [
      'no machine with admin on some channels',
      { rights: ['admin'], channels: { admin: ['ops'] } },
      403,
      'missing_right',
    ],
  ])('%s', async (_who, rights, status, code) => {
    const headers = rights ? bearer((await makeToken(relay, rights)).token) : {};
    const { id } = await makeCode();
    for (const [method, path, body] of [
      ['GET', '/api/pairings'],
      ['POST', '/api/pairings', { rights: ['admin'] }],
      ['DELETE', `/api/pairings/${id}`],
    ] as const) {
      expectError(await call(relay, method, path, { headers, body }), status, code as never);
    }
    expect(await listed()).toContainEqual(expect.objectContaining({ id, state: 'open' }));
  });
});

describe('a code', () => {
  test('is answered once with all that it stands for, and then listed without itself', async () => {
    const limits = { send: ['payments:*'] };
    const asked = { label: 'atlas', channels: limits, token_expires_in_seconds: 3_600 };
    const { code, tls_fingerprint, ...pairing } = await makeCode(asked);
    expect(code).toMatch(/^[\dA-HJKMNP-TV-Z]{4}-[\dA-HJKMNP-TV-Z]{4}$/);
    expect(tls_fingerprint).toBeNull();
    expect(pairing).toMatchObject({ ...asked, rights: ['read', 'send'], state: 'open', redeemed: null });
    expect(Date.parse(pairing.expires_at) - Date.parse(pairing.created_at)).toBe(600_000);
    expect(await listed()).toContainEqual(pairing);
  });

  test('gives a machine a token with what was chosen, and never more', async () => {
    const { id, code } = await makeCode({
      label: 'reader',
      rights: ['read'],
      channels: { read: ['demo:*'] },
    });
    const from = `127.0.1.${++machines}`;
    const body = { code: code.toLowerCase(), rights: ['admin'], channels: {}, expires_in_seconds: null };
    const answer = await call(relay, 'POST', '/api/pairings/redeem', { body, from });
    const joined = answer.body as RedemptionResponse;
    expect(joined).toEqual({
      token: expect.stringMatching(/^cb_[0-9a-f]{12}_/) as string,
      id: expect.any(String) as string,
      label: 'reader',
      rights: ['read'],
      channels: { read: ['demo:*'] },
      expires_at: null,
      relay: { name: expect.any(String) as string, version: expect.any(String) as string },
      tls_fingerprint: null,
    });
    expect(await get(relay, '/api/messages?channel=demo:a', bearer(joined.token))).toMatchObject({
      status: 200,
    });
    expectError(
      await get(relay, '/api/messages?channel=ops', bearer(joined.token)),
      403,
      'missing_right',
      'channel',
    );
    expectError(await get(relay, '/api/tokens', bearer(joined.token)), 403, 'missing_right');
    expect(await listed()).toContainEqual(
      expect.objectContaining({
        id,
        state: 'redeemed',
        redeemed: expect.objectContaining({ token_id: joined.id, label: 'reader', address: from }) as object,
      }),
    );
    await revoke(relay, joined.id);
    expectError(await get(relay, '/api/state', bearer(joined.token)), 401, 'unauthorized');
  });

  test('works once, and not at all when it was taken back', async () => {
    const { code } = await makeCode();
    expect(await redeem(code, { label: 'first' })).toMatchObject({ status: 200 });
    expectError(await redeem(code, { label: 'second' }), 401, 'unauthorized', 'code');
    const taken = await makeCode({ label: 'third' });
    const path = `/api/pairings/${taken.id}`;
    expect(await call(relay, 'DELETE', path, { headers: admin(relay) })).toMatchObject({
      status: 200,
      body: { id: taken.id, cancelled: true },
    });
    expectError(await redeem(taken.code), 401, 'unauthorized', 'code');
    expectError(await call(relay, 'DELETE', path, { headers: admin(relay) }), 404, 'not_found', 'id');
  });

  test('stays open for a machine whose name is taken or missing', async () => {
    const { code } = await makeCode();
    await makeToken(relay, { label: 'here already' });
    expectError(await redeem(code, { label: 'Here Already' }), 409, 'conflict', 'label');
    expectError(await redeem(code), 400, 'required', 'label');
    expectError(await redeem(code, { label: 'the local token' }), 400, 'invalid_value', 'label');
    expect(await redeem(code, { label: 'a new name' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['no text', { code: 7 }, 'invalid_type', 'code'],
    ['no code', { code: 'K7QM-4XP' }, 'invalid_format', 'code'],
    ['a label with a line break', { code: 'K7QM-4XPD', label: 'a\nb' }, 'control_character', 'label'],
  ])('that is %s is a slip and no guess', async (_what, body, code, field) => {
    const from = `127.0.1.${++machines}`;
    for (let slip = 0; slip < 7; slip++) {
      const answer = await call(relay, 'POST', '/api/pairings/redeem', { body, from });
      expectError(answer, 400, code as never, field);
    }
  });

  test('is forgotten by a relay that starts anew', async () => {
    const first = await startRelay();
    const { code } = await makeCode({ label: 'late' }, first);
    await first.stop();
    await using again = await startRelay({ home: first.home });
    expectError(await redeem(code, { on: again }), 401, 'unauthorized', 'code');
  });
});

test('a thousand guesses do not get in, and keep nobody else out', async () => {
  const { code } = await makeCode({ label: 'honest' });
  const before = (await listTokens(relay)).length;
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const statuses = new Map<number, number>();
  for (let round = 0; round < 20; round++) {
    const guesses = Array.from({ length: 50 }, () => {
      const wild = Array.from({ length: 8 }, () => alphabet[Math.floor(Math.random() * 32)]).join('');
      return redeem(wild, { from: '127.0.2.1', label: 'guesser' });
    });
    for (const { status } of await Promise.all(guesses))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].sort()).toEqual([401, 429]);
  expect(statuses.get(401)).toBeLessThanOrEqual(10);
  const late = await redeem(code, { from: '127.0.2.1' });
  expectError(late, 429, 'too_many_attempts');
  expect(Number(late.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(await listTokens(relay)).toHaveLength(before);
  expect(await redeem(code)).toMatchObject({ status: 200, body: { label: 'honest' } });
});

test('everything that is done with codes is in the audit log, and no code is', async () => {
  const { id, code } = await makeCode({ label: 'audited' });
  await redeem(code);
  const other = await makeCode();
  await call(relay, 'DELETE', `/api/pairings/${other.id}`, { headers: admin(relay) });
  const entries = async () => {
    const { body } = await get(relay, '/api/audit?limit=1000', admin(relay));
    const { events } = body as AuditResponse;
    return events.filter(({ detail, by }) => [id, other.id].some((part) => `${detail} ${by}`.includes(part)));
  };
  await expect.poll(entries).toHaveLength(4);
  const [cancelled, , redeemed, created] = await entries();
  expect(cancelled).toMatchObject({ event: 'pairing_cancel', detail: other.id, by: 'the local token' });
  expect(redeemed).toMatchObject({
    event: 'pairing_redeem',
    detail: expect.stringMatching(/^audited \([0-9a-f]{12}\): read, send$/) as string,
    by: `code ${id} of the local token`,
  });
  expect(created).toMatchObject({
    event: 'pairing_create',
    detail: `audited (${id}): read, send`,
    by: 'the local token',
  });
});

test('no code is written anywhere', async () => {
  await using talkative = await startRelay({
    env: { CLAUDE_BRIDGE_AUDIT_LOG: '1', CLAUDE_BRIDGE_LOG_LEVEL: 'debug' },
  });
  const { code } = await makeCode({ label: 'quiet' }, talkative);
  const { code: open } = await makeCode({ label: 'open' }, talkative);
  const joined = (await redeem(code, { on: talkative })).body as RedemptionResponse;
  await talkative.stop();
  const written = [talkative.stdout, talkative.stderr];
  for (const name of readdirSync(talkative.home, { recursive: true, encoding: 'utf8' })) {
    if (/\.db/.test(name)) written.push(readFileSync(join(talkative.home, name), 'latin1'));
  }
  expect(talkative.stderr).toContain('/api/pairings/redeem');
  for (const secret of [code, open, joined.token.slice(-43)]) {
    for (const text of written) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(secret.replace('-', ''));
    }
  }
});

test.skipIf(!hasOpenssl)(
  'over TLS both machines are told by which certificate they know the relay',
  async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
    await using secure = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    const here = new ApiClient({
      url: secure.url,
      token: () => secure.localToken,
      fetch: nodeFetch({ kind: 'loopback' }),
    });
    const { code, tls_fingerprint } = await here.createPairing({ rights: ['read'], label: 'atlas' });
    expect(tls_fingerprint).toMatch(/^([\dA-F]{2}:){31}[\dA-F]{2}$/);
    const there = (fingerprint: string) =>
      new ApiClient({ url: secure.url, fetch: nodeFetch({ kind: 'fingerprint', fingerprint }) });
    await expect(there(`00${tls_fingerprint?.slice(2) ?? ''}`).redeemPairing({ code })).rejects.toMatchObject(
      {
        code: 'unreachable',
      },
    );
    expect(await there(tls_fingerprint ?? '').redeemPairing({ code })).toMatchObject({
      label: 'atlas',
      tls_fingerprint,
    });
  },
);
