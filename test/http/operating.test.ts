import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StorageResponse } from '../../src-shared/api/storage.ts';
import type { RunningStatus } from '../../src-shared/bridge-status.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { runtimeFileIn, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { secureCall } from '../support/secure-call.ts';
import { exportFromEarlier } from '../support/send-earlier.ts';
import { expectError } from './expect-answer.ts';

/** What administrators are told of a running relay beside its settings. */

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

async function storage(query = ''): Promise<StorageResponse> {
  const answer = await get(relay, `/api/storage${query}`, bearer(relay.localToken));
  expect(answer.status).toBe(200);
  return answer.body as StorageResponse;
}

describe('GET /api/relay', () => {
  test('says how and where it runs', async () => {
    const answer = await get(relay, '/api/relay', bearer(relay.localToken));
    expect(answer.body).toMatchObject({
      ...{ url: relay.url, port: relay.port, tls: null, database: relay.databasePath },
      ...{ token: { required: false, file: null }, paused_since: null },
      counts: { browser_sessions: 0 },
    });
  });

  test.skipIf(!hasOpenssl)('says which certificate it uses', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: ['localhost'] });
    await using secure = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    const { token } = runtimeFileIn(secure.home);
    const ca = readFileSync(certPath);
    const answer = await secureCall(secure, '/api/relay', { ca, headers: bearer(token) });
    expect((answer.body as RunningStatus).tls).toMatchObject({
      ...{ subject: 'CN=bridge.example', names: ['localhost'], warnings: [] },
    });
  });

  test('is for administrators', async () => {
    expectError(await get(relay, '/api/relay'), 403, 'missing_right');
    expectError(await get(relay, '/api/storage'), 403, 'missing_right');
    expectError(await post(relay, '/api/relay', {}, bearer(relay.localToken)), 405, 'method_not_allowed');
  });
});

describe('GET /api/storage', () => {
  test('has the size of the database, and what a retention would remove', async () => {
    await send(relay, { channel: 'demo:new', content: 'today' });
    const imported = await call(relay, 'POST', '/api/import', {
      body: exportFromEarlier('demo:old', [40, 10, 3]),
      headers: { ...bearer(relay.localToken), 'Content-Type': 'application/x-ndjson' },
    });
    expect(imported.status).toBe(200);
    const now = await storage();
    expect(now).toMatchObject({ database: relay.databasePath, expiring: { messages: 0, more: false } });
    expect(now.bytes + now.log_bytes).toBeGreaterThan(0);
    expect(Date.parse(now.next_sweep_at)).toBeGreaterThan(Date.now() - 60_000);
    expect((await storage('?retention_days=30')).expiring.messages).toBe(1);
    const week = await storage('?retention_days=7');
    expect(week.expiring).toMatchObject({ messages: 2, more: false });
    expect(Date.now() - Date.parse(week.expiring.before)).toBeGreaterThan(6.9 * 86_400_000);
  });

  test('refuses a time that cannot be set', async () => {
    for (const days of ['-1', '1.5', 'many', '99999']) {
      const answer = await get(relay, `/api/storage?retention_days=${days}`, bearer(relay.localToken));
      expectError(answer, 400, 'invalid_value', 'retention_days');
    }
  });
});
