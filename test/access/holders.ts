import type { OutgoingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { rights as allRights, type Right } from '../../src-shared/access.ts';
import type { TokenResponse } from '../../src-shared/api/tokens.ts';
import { openEvents } from '../support/event-reader.ts';
import { bearer, post } from '../support/http-client.ts';
import type { Relay } from '../support/program.ts';
import { admin, makeToken, revoke, rotate } from '../tokens/requests.ts';

/** Somebody who asks, and what the relay should make of it. */
export interface Holder {
  name: string;
  /** What is refused at once, with this code; else what the credential may do. */
  is: { refused: 'unauthorized' | 'unauthenticated_network' } | Held;
  /** Asked for anew at each request, since some requests end a credential. */
  credential: () => Promise<Presented> | Presented;
}

export interface Held {
  rights: readonly Right[];
  /** Whether its rights are limited to the channels of the book, or to others. */
  limit?: 'to these channels' | 'to other channels';
  bySession?: true;
}

export interface Presented {
  headers?: OutgoingHttpHeaders;
  query?: string;
}

/** The patterns of the two limits; the channel of the book is `book:room`. */
export const patterns = { 'to these channels': ['book:*'], 'to other channels': ['other:*'] };

/** Every set of rights but the empty one, which no token can have. */
export const rightSets: readonly Right[][] = Array.from({ length: 2 ** allRights.length }, (_, bits) =>
  allRights.filter((_right, index) => (bits & (1 << index)) !== 0),
).slice(1);

const unauthorized = { refused: 'unauthorized' } as const;
const everyday: Right[] = ['read', 'send', 'clear'];

function withToken(token: string): () => Presented {
  return () => ({ headers: bearer(token) });
}

/** A credential that a browser gets for a token, new at each request. */
function signedInWith(relay: Relay, token: string): () => Promise<Presented> {
  return async () => {
    const { headers } = await post(relay, '/api/session', {}, bearer(token));
    const [cookie = ''] = headers['set-cookie'] ?? [];
    return { headers: { Cookie: cookie.split(';', 1).join() } };
  };
}

/** Machines: each set of rights, each right within these channels and within others, and tokens at every stage of their life. */
async function machines(relay: Relay): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (const rights of rightSets) {
    const { token } = await makeToken(relay, { rights });
    holders.push({
      name: `a machine with ${rights.join(', ')}`,
      is: { rights },
      credential: withToken(token),
    });
  }
  for (const right of allRights) {
    for (const limit of ['to these channels', 'to other channels'] as const) {
      const { token } = await makeToken(relay, { rights: [right], channels: { [right]: patterns[limit] } });
      holders.push({
        name: `a machine with ${right} limited ${limit}`,
        is: { rights: [right], limit },
        credential: withToken(token),
      });
    }
  }
  const { id, token: old } = await makeToken(relay);
  const { token: renewed } = (await rotate(relay, id, { grace_seconds: 3600 })).body as TokenResponse;
  const replaced = await makeToken(relay);
  await rotate(relay, replaced.id, { grace_seconds: 0 });
  const is: Held = { rights: ['read', 'send'] };
  return [
    ...holders,
    { name: 'a machine with its old secret, in its time of grace', is, credential: withToken(old) },
    { name: 'a machine with its new secret', is, credential: withToken(renewed) },
    {
      name: 'a machine with a secret that was replaced',
      is: unauthorized,
      credential: withToken(replaced.token),
    },
    {
      name: 'a machine whose token was revoked',
      is: unauthorized,
      credential: withToken(await revoked(relay)),
    },
    {
      name: 'a machine whose token has expired',
      is: unauthorized,
      credential: withToken(await expired(relay)),
    },
    {
      name: 'a machine that nobody knows',
      is: unauthorized,
      credential: withToken(`cb_${'0'.repeat(12)}_${'a'.repeat(43)}`),
    },
  ];
}

async function revoked(relay: Relay): Promise<string> {
  const { id, token } = await makeToken(relay, { rights: [...allRights] });
  expect(await revoke(relay, id)).toMatchObject({ status: 200 });
  return token;
}

/** What a token has opened ends with it, and so tells when that is. */
async function expired(relay: Relay): Promise<string> {
  const { token } = await makeToken(relay, { rights: [...allRights], expires_in_seconds: 1 });
  using stream = await openEvents(relay, '/events?all=1', bearer(token));
  await stream.closed;
  return token;
}

/** Everybody who may come to a relay that asks for the token `shared`. */
export async function atAGuardedRelay(relay: Relay, shared: string): Promise<Holder[]> {
  const reader = await makeToken(relay, { rights: ['read'] });
  const all: Held = { rights: allRights };
  return [
    { name: 'nobody', is: unauthorized, credential: () => ({}) },
    { name: 'a proxy that says nothing of who asks', is: unauthorized, credential: forwarded },
    { name: 'a wrong token', is: unauthorized, credential: withToken('not-the-token') },
    {
      name: 'the token as a password',
      is: unauthorized,
      credential: () => ({ headers: { Authorization: `Basic ${btoa(`:${shared}`)}` } }),
    },
    {
      name: 'a cookie of no session',
      is: unauthorized,
      credential: () => ({ headers: { Cookie: `claude_bridge_session=${'a'.repeat(43)}` } }),
    },
    { name: 'the shared token', is: all, credential: withToken(shared) },
    { name: 'the local token', is: all, credential: () => ({ headers: admin(relay) }) },
    {
      name: 'a browser signed in with the shared token',
      is: { ...all, bySession: true },
      credential: signedInWith(relay, shared),
    },
    {
      name: 'a browser signed in with the token of a machine that reads',
      is: { rights: ['read'], bySession: true },
      credential: signedInWith(relay, reader.token),
    },
    ...(await machines(relay)),
  ];
}

/** Everybody who may come to a relay that asks for none. */
export async function atAnOpenRelay(relay: Relay): Promise<Holder[]> {
  return [
    { name: 'somebody on this machine', is: { rights: everyday }, credential: () => ({}) },
    {
      name: 'somebody who still has a token from before',
      is: { rights: everyday },
      credential: withToken('x'),
    },
    { name: 'somebody behind a proxy', is: { refused: 'unauthenticated_network' }, credential: forwarded },
    { name: 'the local token', is: { rights: allRights }, credential: () => ({ headers: admin(relay) }) },
    ...(await machines(relay)),
  ];
}

/** And to one that was opened to the network on purpose. */
export function atARelayOpenToTheNetwork(relay: Relay): Holder[] {
  return [
    { name: 'somebody behind a proxy', is: { rights: everyday }, credential: forwarded },
    { name: 'the local token', is: { rights: allRights }, credential: () => ({ headers: admin(relay) }) },
  ];
}

function forwarded(): Presented {
  return { headers: { 'X-Forwarded-For': '192.0.2.7' } };
}
