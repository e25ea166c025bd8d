import { expect } from 'vitest';
import type { TokenRequest, TokenResponse, TokensResponse } from '../../src-shared/api/tokens.ts';
import { bearer, call, get, post } from '../support/http-client.ts';
import type { Relay } from '../support/program.ts';

/** Requests of an administrator, who has the relay's local token. */

export function admin({ localToken }: Pick<Relay, 'localToken'>) {
  return bearer(localToken);
}

let made = 0;

/** Makes a token and expects that it was made. */
export async function makeToken(relay: Relay, request: Partial<TokenRequest> = {}): Promise<TokenResponse> {
  const body = { label: `machine ${++made}`, rights: ['read', 'send'], ...request };
  const answer = await post(relay, '/api/tokens', body, admin(relay));
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as TokenResponse;
}

export async function listTokens(relay: Relay): Promise<TokensResponse['tokens']> {
  return ((await get(relay, '/api/tokens', admin(relay))).body as TokensResponse).tokens;
}

export function revoke(relay: Relay, id: string) {
  return call(relay, 'DELETE', `/api/tokens/${id}`, { headers: admin(relay) });
}

export function rotate(relay: Relay, id: string, body: object = {}) {
  return post(relay, `/api/tokens/${id}/rotate`, body, admin(relay));
}
