import { beforeAll, describe, expect, test } from 'vitest';
import { askRoute, entryOf } from '../support/ask-route.ts';
import { everyRoute, nameOf } from '../support/every-route.ts';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { routeBook, type Known, type RouteEntry } from '../support/route-book.ts';
import { admin } from '../tokens/requests.ts';
import { atAGuardedRelay, atAnOpenRelay, atARelayOpenToTheNetwork, type Holder } from './holders.ts';

/**
 * Every route for everybody who may ask. Who may what is written down in the book of routes, by hand; the routes come from
 * the table of the program, so that one which nobody has thought about fails here.
 */

const shared = 'an-example-token';
const routes = everyRoute.map(nameOf);
/** Everybody here is wrong often. */
const patient = { CLAUDE_BRIDGE_FAILED_AUTH_PER_MINUTE: '100000' };

test('the book has every route, and no other', () => {
  expect(Object.keys(routeBook).toSorted()).toEqual(routes.toSorted());
});

interface Outcome {
  status: number;
  code?: string;
  says?: string;
}

/** What the book says of a request by `holder`. */
function expected(entry: RouteEntry, { is }: Holder): Outcome {
  const { needs, status, elsewhere } = entry;
  if (needs === 'anyone') return { status };
  if ('refused' in is) return { status: is.refused === 'unauthorized' ? 401 : 403, code: is.refused };
  if (entry.notBySession && is.bySession) return { status: 401, code: 'unauthorized' };
  if (needs === 'whoever may come in') return { status };
  const missing = { status: 403, code: 'missing_right', says: `this needs the right "${needs}"` };
  if (!is.rights.includes(needs)) return missing;
  if (is.limit !== undefined && elsewhere === 'refused as a whole') return missing;
  if (is.limit !== 'to other channels' || elsewhere === 'filtered') return { status };
  return elsewhere === 'refused' ? missing : { status: 404, code: 'not_found' };
}

async function expectOutcomes(relay: Relay, holder: Holder, known: Known): Promise<void> {
  const [found, wanted]: [object[], object[]] = [[], []];
  for (const route of routes) {
    const answer = await askRoute(relay, route, known, await holder.credential());
    const outcome = expected(entryOf(route), holder);
    const { code, error = '' } = (answer.body ?? {}) as { code?: string; error?: string };
    wanted.push({ route, status: outcome.status, ...('code' in outcome ? { code: outcome.code } : {}) });
    found.push({ route, status: answer.status, ...('code' in outcome ? { code } : {}) });
    if (outcome.says !== undefined) expect.soft(error, `${holder.name}: ${route}`).toContain(outcome.says);
  }
  expect(found, holder.name).toEqual(wanted);
}

async function firstMessage(relay: Relay): Promise<Known> {
  const channel = 'book:room';
  const { id } = await send(relay, { channel, content: 'hello world' }, admin(relay));
  return { channel, messageId: id };
}

const places: [string, Record<string, string>, (relay: Relay) => Promise<Holder[]> | Holder[]][] = [
  [
    'that asks for a token',
    { CLAUDE_BRIDGE_AUTH_TOKEN: shared },
    (relay: Relay) => atAGuardedRelay(relay, shared),
  ],
  ['that asks for none', {}, atAnOpenRelay],
  [
    'that is open to the network on purpose',
    { CLAUDE_BRIDGE_ALLOW_UNAUTHENTICATED_NETWORK: '1' },
    atARelayOpenToTheNetwork,
  ],
];

describe.each(places)('a relay %s', (_name, env, everybody) => {
  let relay: Relay;
  let known: Known;
  beforeAll(async () => {
    relay = await startRelay({ env: { ...env, ...patient } });
    known = await firstMessage(relay);
  });

  test('lets everybody do what they may, and nothing else', { timeout: 120_000 }, async () => {
    for (const holder of await everybody(relay)) await expectOutcomes(relay, holder, known);
  });
});

test('a token in the address counts where the book says so, and nowhere else', async () => {
  const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: shared, ...patient } });
  const known = await firstMessage(relay);
  for (const route of routes) {
    const { needs, queryToken, status } = entryOf(route);
    const wanted = needs === 'anyone' || queryToken === true ? status : 401;
    const answer = await askRoute(relay, route, known, { query: `token=${shared}` });
    expect.soft([route, answer.status]).toEqual([route, wanted]);
  }
});
