import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent, AuditResponse } from '../../src-shared/api/audit.ts';
import { bearer, call, get, post, send, type Target } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, rawRequest } from '../support/raw-http.ts';
import { expectError } from './expect-answer.ts';

/** Which refusals and changes leave a row in the audit log (7.6). */

const token = 'example-token';

async function auditLog(target: Target, query = ''): Promise<AuditResponse> {
  const answer = await get(target, `/api/audit${query}`, bearer(token));
  expect(answer.status).toBe(200);
  return answer.body as AuditResponse;
}

/** Asks until there is a row like `wanted`: rows are written beside the answer. */
async function untilAudited(target: Target, wanted: Partial<AuditEvent>): Promise<AuditEvent> {
  for (;;) {
    const { events } = await auditLog(target, '?limit=1000');
    const keys = Object.keys(wanted) as (keyof AuditEvent)[];
    const found = events.find((event) => keys.every((key) => event[key] === wanted[key]));
    if (found) return found;
  }
}

describe('switched on', () => {
  let relay: Relay;

  beforeAll(async () => {
    relay = await startRelay({
      args: ['--audit-log', '--trusted-proxy', '127.0.0.1'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, CLAUDE_BRIDGE_MAX_REQUEST_BYTES: '1024' },
    });
  });

  test('the first message of a channel and each clear are recorded with the client', async () => {
    const from = { ...bearer(token), 'X-Forwarded-For': '203.0.113.9' };
    await send(relay, { channel: 'audited', sender: 'mac' }, from);
    await send(relay, { channel: 'audited' }, from);
    await post(relay, '/api/clear', { channel: 'audited' }, from);
    await post(relay, '/api/clear', { channel: 'audited' }, from);
    const ip = '203.0.113.9';
    await untilAudited(relay, { event: 'channel_clear', channel: 'audited', detail: '0 message(s)', ip });
    const { events } = await auditLog(relay);
    const by = 'the shared token';
    expect(events.map(({ id: _id, timestamp: _timestamp, ...event }) => event)).toEqual([
      { event: 'channel_clear', channel: 'audited', detail: '0 message(s)', ip, by },
      { event: 'channel_clear', channel: 'audited', detail: '2 message(s)', ip, by },
      { event: 'channel_create', channel: 'audited', detail: 'first message by mac', ip, by },
    ]);
  });

  test.each<[string, string, () => Promise<unknown>, string]>([
    ['auth_failure', 'no token', () => get(relay, '/api/state?token=x'), '/api/state'],
    ['auth_failure', 'a wrong token', () => get(relay, '/events/channel/y?token=wrong'), '/events/channel/y'],
    ['auth_failure', 'a wrong token for a tool', () => post(relay, '/mcp', {}, bearer('wrong')), '/mcp'],
    [
      'oversize_reject',
      'a large body',
      () => post(relay, '/api/send', 'x'.repeat(2000), bearer(token)),
      '/api/send',
    ],
    [
      'oversize_reject',
      'a wrong framing',
      () =>
        rawRequest(
          relay,
          head(
            'POST /api/clear HTTP/1.1',
            'Host: localhost',
            `Authorization: Bearer ${token}`,
            'Transfer-Encoding: gzip, chunked',
          ) + '0\r\n\r\n',
        ),
      '/api/clear',
    ],
    ['policy_reject', 'a foreign host', () => get(relay, '/status', { Host: 'rebound.example' }), '/status'],
    [
      'policy_reject',
      'a foreign origin',
      () => post(relay, '/api/clear', {}, { Origin: 'http://evil.example' }),
      '/api/clear',
    ],
    [
      'policy_reject',
      'a wrong media type',
      () => call(relay, 'POST', '/api/send', { body: '{}', headers: { 'Content-Type': 'text/plain' } }),
      '/api/send',
    ],
  ])('%s: %s, with the path and without the query', async (event, what, refuse, path) => {
    await refuse();
    const row = await untilAudited(relay, { event, detail: path });
    // All others are refused before anybody looks who asks.
    const by = what === 'a large body' ? 'the shared token' : null;
    expect(row).toMatchObject({ channel: null, ip: '127.0.0.1', by });
  });

  test('auth_failure: a right that is missing, with whose token it was', async () => {
    const made = await post(relay, '/api/tokens', { label: 'reader', rights: ['read'] }, bearer(token));
    const { token: reading } = made.body as { token: string };
    await post(relay, '/api/clear', { channel: 'kept' }, bearer(reading));
    const row = await untilAudited(relay, { event: 'auth_failure', detail: '/api/clear', by: 'reader' });
    expect(row).toMatchObject({ ip: '127.0.0.1' });
  });

  test('10.1 row 37: a flood of refusals is not a flood of rows', async () => {
    const count = async () => (await auditLog(relay, '?limit=1000')).events.length;
    await get(relay, '/api/flood');
    await untilAudited(relay, { event: 'auth_failure', detail: '/api/flood' });
    const before = await count();
    for (let n = 0; n < 200; n++) await get(relay, '/api/flood', bearer(`wrong-${n}`));
    await get(relay, '/api/end-of-flood');
    await untilAudited(relay, { event: 'auth_failure', detail: '/api/end-of-flood' });
    expect(await count()).toBe(before + 1);
  });

  test('limit is 100 by default and moved into 1..1000, newest first', async () => {
    const { events } = await auditLog(relay, '?limit=0');
    expect(events).toHaveLength(1);
    const all = (await auditLog(relay, '?limit=bad')).events.map(({ id }) => id);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect((await get(relay, '/api/audit')).status).toBe(401);
  });

  test('pages backwards by id, of all events or of one kind, as if nothing were written meanwhile', async () => {
    for (let n = 0; n < 5; n++) await post(relay, '/api/clear', { channel: `paged ${n}` }, bearer(token));
    await untilAudited(relay, { event: 'channel_clear', channel: 'paged 4' });
    const everything = (await auditLog(relay, '?limit=1000')).events;
    for (const event of ['', 'channel_clear', 'no such event']) {
      const wanted = everything.filter((row) => event === '' || row.event === event);
      const paged: AuditEvent[] = [];
      for (let before = ''; ;) {
        const { events } = await auditLog(
          relay,
          `?limit=2&event=${event.replaceAll(' ', '+')}&before_id=${before}`,
        );
        if (events.length === 0) break;
        paged.push(...events);
        before = String(events.at(-1)?.id);
        await get(relay, `/api/${before}`);
      }
      expect(paged).toEqual(wanted);
    }
    expectError(
      await get(relay, '/api/audit?before_id=x', bearer(token)),
      400,
      'invalid_format',
      'before_id',
    );
  });

  test('no row holds a token or a query', async () => {
    const rows = JSON.stringify(await auditLog(relay, '?limit=1000'));
    for (const secret of [token, 'token=', 'wrong', '?']) expect(rows).not.toContain(secret);
  });
});

test('switched off, nothing is recorded and nothing of before is shown', async () => {
  const before = await startRelay({ args: ['--audit-log', '--auth-token', token] });
  await send(before, { channel: 'x' }, bearer(token));
  await untilAudited(before, { event: 'channel_create', channel: 'x' });
  await before.stop();
  await using after = await startRelay({ home: before.home, args: ['--auth-token', token] });
  await get(after, '/api/state');
  expect(await auditLog(after)).toEqual({ enabled: false, events: [] });
});

test('without a token the refusal of a proxied request is recorded, too', async () => {
  await using relay = await startRelay({ args: ['--audit-log'] });
  await get(relay, '/api/state', { 'X-Forwarded-For': '203.0.113.9' });
  // The peer is what counts: nobody is a trusted proxy here.
  await untilAudited(relay, { event: 'auth_failure', detail: '/api/state', ip: '127.0.0.1' });
});
