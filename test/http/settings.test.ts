import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SettingBody, SettingsChange, SettingsResponse } from '../../src-shared/api/settings.ts';
import type { ErrorCode } from '../../src-shared/bridge-error.ts';
import { settingKeys } from '../../src-shared/settings.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, call, get, post, send, type Answer } from '../support/http-client.ts';
import { textLike } from '../support/matchers.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { expectError } from './expect-answer.ts';

/** The settings of a running relay over the API: seen, changed at once and kept, or refused as a whole. */

let relay: Relay;
let file: string;

beforeAll(async () => {
  const home = scratchDirectory();
  file = join(home, 'config.json');
  writeFileSync(file, '{"port": 0, "maxSse": 7, "somebodyElses": {"theme": "dark"}}');
  relay = await startRelay({
    ...{ home, portFromFile: true },
    args: ['--retention-days', '3'],
    env: { CLAUDE_BRIDGE_STUCK_MINUTES: '12', CLAUDE_BRIDGE_AUTH_TOKEN: 'fictional-shared-token' },
  });
});

function change(body: object): Promise<Answer> {
  return call(relay, 'PATCH', '/api/settings', { body, headers: bearer(relay.localToken) });
}

async function settings(): Promise<Map<string, SettingBody>> {
  const answer = await get(relay, '/api/settings', bearer(relay.localToken));
  expect(answer.status).toBe(200);
  return new Map((answer.body as SettingsResponse).settings.map((setting) => [setting.key, setting]));
}

function kept(): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('GET /api/settings', () => {
  test('has every setting with its value, its origin and what a change would do', async () => {
    const all = await settings();
    expect([...all.keys()]).toEqual(settingKeys);
    expect(all.get('maxSse')).toMatchObject({
      ...{ value: 7, default: 100, group: 'Event streams', source: { from: 'file', name: 'config.json' } },
      ...{ fixed: false, live: true, awaits_restart: false, doc: textLike(/\.$/) },
    });
    expect(all.get('maxWaiters')).toMatchObject({ value: 1000, source: { from: 'default' } });
    expect(all.get('retentionDays')).toMatchObject({
      ...{ value: 3, fixed: true, source: { from: 'flag', name: '--retention-days' } },
    });
    expect(all.get('stuckMinutes')).toMatchObject({ value: 12, fixed: true, source: { from: 'env' } });
    expect(all.get('durability')).toMatchObject({ live: false, fixed: false });
    expect(all.get('db')).toMatchObject({ value: relay.databasePath, default: relay.databasePath });
  });

  test('says of a secret whether it is set, and nothing else', async () => {
    const answer = await get(relay, '/api/settings', bearer(relay.localToken));
    expect(answer.text).not.toContain('fictional-shared-token');
    const token = (await settings()).get('authToken');
    expect(token).toMatchObject({ value: null, secret: true, set: true, fixed: true });
    expect((await settings()).get('authTokenFile')).toMatchObject({ set: false, fixed: true });
  });
});

describe('PATCH /api/settings', () => {
  test('takes effect at once, is kept beside what others keep there, and can be taken back', async () => {
    const answer = await change({ maxSse: 20, corsOrigins: ['https://dash.example/'] });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      applied: { maxSse: [7, 20], corsOrigins: [[], ['https://dash.example']] },
      after_restart: [],
      url: relay.url,
      addresses: [relay.url],
      token_required: true,
    } satisfies SettingsChange);
    const { headers } = await get(relay, '/status', { Origin: 'https://dash.example' });
    expect(headers['access-control-allow-origin']).toBe('https://dash.example');
    expect(kept()).toEqual({
      ...{ port: 0, maxSse: 20, somebodyElses: { theme: 'dark' }, corsOrigins: ['https://dash.example'] },
    });
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);

    const back = await change({ maxSse: null, corsOrigins: null });
    expect(back.body).toMatchObject({ applied: { maxSse: [20, 100] } });
    expect(kept()).toEqual({ port: 0, somebodyElses: { theme: 'dark' } });
    expect((await settings()).get('maxSse')).toMatchObject({ value: 100, source: { from: 'default' } });
  });

  test('says what waits for a restart, and so does the list', async () => {
    const answer = await change({ durability: 'normal' });
    expect(answer.body).toMatchObject({ applied: {}, after_restart: ['durability'] });
    expect((await settings()).get('durability')).toMatchObject({ value: 'full', awaits_restart: true });
    await change({ durability: null });
    expect((await settings()).get('durability')).toMatchObject({ awaits_restart: false });
  });

  test('switches the audit log and the page, and the log says who came last', async () => {
    await change({ auditLog: true, trustedProxies: ['127.0.0.1'] });
    const body = { maxWaiters: 500, auditLog: false };
    const headers = { ...bearer(relay.localToken), 'X-Forwarded-For': '203.0.113.9' };
    await call(relay, 'PATCH', '/api/settings', { body, headers });
    expect((await get(relay, '/api/audit', bearer(relay.localToken))).body).toEqual({
      ...{ enabled: false, events: [] },
    });
    await change({ auditLog: true });
    const audit = await get(relay, '/api/audit', bearer(relay.localToken));
    const rows = (audit.body as { events: Record<string, unknown>[] }).events;
    expect(rows.map(({ event, detail, by, ip }) => [event, detail, by, ip])).toEqual([
      ['settings_change', 'auditLog', 'the local token', '127.0.0.1'],
      ['settings_change', 'auditLog, maxWaiters', 'the local token', '203.0.113.9'],
      ['settings_change', 'trustedProxies, auditLog', 'the local token', '127.0.0.1'],
    ]);
    await change({ auditLog: null, trustedProxies: null, maxWaiters: null });
  });

  test.each<[string, object, number, ErrorCode, string | undefined]>([
    ['a key that is none', { prot: 1 }, 400, 'unknown_field', 'prot'],
    ['a value out of range', { maxSse: 0 }, 400, 'invalid_value', 'maxSse'],
    ['a value of another type', { trustedHosts: 'a.example' }, 400, 'invalid_value', 'trustedHosts'],
    ['a good value beside a bad one', { maxWaiters: 9, logLevel: 'loud' }, 400, 'invalid_value', 'logLevel'],
    ['what a flag gives', { retentionDays: 9 }, 409, 'setting_fixed', 'retentionDays'],
    ['what a variable gives', { stuckMinutes: 9 }, 409, 'setting_fixed', 'stuckMinutes'],
    ['a token that a variable gives', { authTokenFile: 'mine' }, 409, 'setting_fixed', 'authTokenFile'],
    ['an address of somebody else', { host: '192.0.2.1' }, 409, 'port_unavailable', 'host'],
    ['half a pair', { tlsCert: '/nowhere/cert.pem' }, 400, 'invalid_value', undefined],
    [
      'a certificate that is not there',
      { tlsCert: '/nowhere/cert.pem', tlsKey: '/nowhere/key.pem' },
      400,
      'invalid_value',
      'tlsCert',
    ],
  ])('%s is refused, and nothing has changed', async (_what, body, status, code, field) => {
    const before = { file: readFileSync(file, 'utf8'), settings: await settings() };
    expectError(await change(body), status, code, field);
    expect({ file: readFileSync(file, 'utf8'), settings: await settings() }).toEqual(before);
    expect((await get(relay, '/status')).status).toBe(200);
  });

  test('a port that another program has is refused with the reason', async () => {
    const port = await takenPort();
    const before = readFileSync(file, 'utf8');
    const answer = await change({ port, maxWaiters: 9 });
    expectError(answer, 409, 'port_unavailable', 'port');
    expect(answer.text).toContain(`port ${port}: the port is in use by another program`);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await settings()).get('maxWaiters')?.value).toBe(1000);
  });

  test.skipIf(!hasOpenssl)('a certificate that cannot be used is refused with the reason', async () => {
    const dir = scratchDirectory();
    const [one, other] = [makeCertificate({ dir }), makeCertificate({ dir })];
    const over = makeCertificate({
      ...{ dir, validFrom: new Date('2020-01-01T00:00:00Z'), validTo: new Date('2021-01-01T00:00:00Z') },
    });
    const pair = (tlsCert: string, tlsKey: string) => change({ tlsCert, tlsKey });
    const foreign = await pair(one.certPath, other.keyPath);
    expectError(foreign, 400, 'invalid_value', 'tlsKey');
    expect(foreign.text).toContain('does not belong to the certificate');
    const expired = await pair(over.certPath, over.keyPath);
    expectError(expired, 400, 'invalid_value', 'tlsCert');
    expect(expired.text).toContain('expired on 2021-01-01');
    expect((await get(relay, '/status')).status).toBe(200);
  });

  test('needs admin, a token on loopback without one, and JSON', async () => {
    const body = { maxSse: 5 };
    expectError(await call(relay, 'PATCH', '/api/settings', { body }), 401, 'unauthorized');
    await using open = await startRelay();
    expectError(await call(open, 'PATCH', '/api/settings', { body }), 403, 'missing_right');
    expectError(await get(open, '/api/settings'), 403, 'missing_right');
    const raw = { body: 'maxSse=5', headers: bearer(relay.localToken) };
    expectError(await call(relay, 'PATCH', '/api/settings', raw), 400, 'invalid_json');
    expectError(
      await post(relay, '/api/settings', body, bearer(relay.localToken)),
      405,
      'method_not_allowed',
    );
  });
});

test('changes outlive a restart, and a broken settings file refuses them', async () => {
  const home = scratchDirectory();
  const first = await startRelay({ home });
  const patch = (body: unknown) =>
    call(first, 'PATCH', '/api/settings', { body, headers: bearer(first.localToken) });
  expect((await patch({ maxMessageBytes: 50, authTokenFile: 'my-token' })).status).toBe(400);
  expect((await patch({ maxMessageBytes: 50 })).status).toBe(200);
  writeFileSync(join(home, 'config.json'), '{"maxMessageBytes": 50,');
  expectError(await patch({ maxSse: 5 }), 400, 'invalid_value');
  writeFileSync(join(home, 'config.json'), '{"maxMessageBytes": 50}');
  await first.stop();
  await using again = await startRelay({ home });
  const tooLong = { channel: 'x', sender: 's', content: 'x'.repeat(51) };
  expectError(await post(again, '/api/send', tooLong), 413, 'too_large', 'content');
  await send(again, { channel: 'x', content: 'x'.repeat(50) });
  expect((await runProgram(['config', 'show'], { home })).stdout).toMatch(
    /^maxMessageBytes +50 +config\.json$/m,
  );
});

test.skipIf(process.platform === 'win32')(
  'settings that cannot be kept are not taken over, and the relay stays where it was',
  async () => {
    const home = scratchDirectory();
    writeFileSync(join(home, 'config.json'), '{"port": 0}');
    const asOrdinaryUser = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    if (asOrdinaryUser.uid !== undefined) {
      chownSync(home, asOrdinaryUser.uid, asOrdinaryUser.uid);
      chownSync(join(home, 'config.json'), asOrdinaryUser.uid, asOrdinaryUser.uid);
    }
    const locked = await startRelay({ home, portFromFile: true, ...asOrdinaryUser });
    chmodSync(home, 0o555);
    onTestFinished(() => chmodSync(home, 0o755));
    const body = { port: await freePort(), maxSse: 5 };
    const headers = bearer(locked.localToken);
    const answer = await call(locked, 'PATCH', '/api/settings', { body, headers });
    expectError(answer, 400, 'invalid_value');
    expect(answer.text).toContain('permission denied');
    expect((await get(locked, '/status')).status).toBe(200);
    await expect(get({ port: body.port }, '/status')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect((await get(locked, '/api/settings', headers)).text).toContain(
      '"key":"maxSse","group":"Event streams","value":100',
    );
  },
);
