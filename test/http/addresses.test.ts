import { describe, expect, test } from 'vitest';
import type { AddressesResponse } from '../../src-shared/api/addresses.ts';
import { bearer, get } from '../support/http-client.ts';
import { startRelay } from '../support/program.ts';

/** `GET /api/addresses` (3.12), on whatever networks this machine has. */

const token = 'example-token';

async function addressesOf(relay: { port: number }): Promise<AddressesResponse['addresses']> {
  const answer = await get(relay, '/api/addresses', bearer(token));
  expect(answer.status).toBe(200);
  return (answer.body as AddressesResponse).addresses;
}

describe('GET /api/addresses', () => {
  test('of a relay on loopback lists loopback as the one place where it listens', async () => {
    const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const addresses = await addressesOf(relay);
    expect(addresses.filter(({ listening }) => listening)).toEqual([
      {
        url: `http://127.0.0.1:${relay.port}`,
        host: '127.0.0.1',
        kind: 'loopback',
        label: 'this machine',
        listening: true,
        accepted: true,
        recommended: false,
      },
    ]);
  });

  test('of a relay on all addresses lists only addresses that answer', async () => {
    const relay = await startRelay({ args: ['--host', '0.0.0.0'], env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const addresses = await addressesOf(relay);
    const usable = addresses.filter(({ listening, accepted }) => listening && accepted);
    expect(usable.length).toBeGreaterThan(0);
    for (const { url } of usable) expect((await fetch(`${url}/status`)).status).toBe(200);
    for (const { url } of usable) expect(relay.stdout).toContain(`${url}/mcp`);
  });

  test('needs a token where one is needed', async () => {
    const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    expect((await get(relay, '/api/addresses')).status).toBe(401);
  });
});
