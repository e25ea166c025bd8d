import { beforeAll, describe, expect, test } from 'vitest';
import type { RefusalsResponse } from '../../src-shared/api/refusals.ts';
import { bearer, call, get, post } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { makeToken } from '../tokens/requests.ts';
import { expectError } from './expect-answer.ts';

/** `GET /api/refusals` (3.18). */

const token = 'an-example-token';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
});

async function refusals(on = relay): Promise<RefusalsResponse['refusals']> {
  const answer = await get(on, '/api/refusals', bearer(token));
  expect(answer.status).toBe(200);
  return (answer.body as RefusalsResponse).refusals;
}

describe('GET /api/refusals', () => {
  test('knows programs that use the same library as browsers', async () => {
    await using own = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    await fetch(`${own.url}/mcp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer wrong' },
      body: '{}',
    });
    expect(await refusals(own)).toMatchObject([{ code: 'unauthorized', path: '/mcp' }]);
  });

  test('tells who came with a wrong token, without one, and by a wrong path, newest first', async () => {
    const agent = { 'User-Agent': 'example-agent/1.2' };
    await post(relay, '/mcp', {}, { ...agent, ...bearer('cb_000000000000_wrong') });
    await post(relay, '/mcp', {}, agent);
    await post(relay, '/mpc?token=secret', {}, { ...agent, ...bearer(token) });
    const [path, none, wrong] = await refusals();
    const same = { address: '127.0.0.1', method: 'POST', times: 1, user_agent: 'example-agent/1.2' };
    expect(path).toMatchObject({ ...same, code: 'not_found', path: '/mpc', with_credential: true });
    expect(none).toMatchObject({ ...same, code: 'unauthorized', path: '/mcp', with_credential: false });
    expect(wrong).toMatchObject({ ...same, code: 'unauthorized', path: '/mcp', with_credential: true });
    expect(JSON.stringify(await refusals())).not.toMatch(/secret|wrong/);
  });

  test('counts what comes again, and remembers 50', async () => {
    await using own = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    for (let path = 0; path < 60; path++) await get(own, `/nothing/${path}`, bearer(token));
    for (let again = 0; again < 3; again++) await get(own, '/nothing/30', bearer(token));
    const list = await refusals(own);
    expect(list).toHaveLength(50);
    expect(list[0]).toMatchObject({ path: '/nothing/30', times: 4 });
  });

  test('tells nothing of what browsers ask for, and nothing of questions that have an answer', async () => {
    await using own = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    await get(own, '/favicon.ico', { 'Sec-Fetch-Site': 'same-origin' });
    await get(own, '/api/messages/unheard-of', bearer(token));
    await post(own, '/api/send', {}, bearer(token));
    expect(await refusals(own)).toEqual([]);
  });

  test('is for administrators', async () => {
    expectError(await get(relay, '/api/refusals'), 401, 'unauthorized');
    const { token: other } = await makeToken(relay, { rights: ['read', 'send', 'clear'] });
    expectError(await call(relay, 'GET', '/api/refusals', { headers: bearer(other) }), 403, 'missing_right');
  });
});
