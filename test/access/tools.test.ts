import { PassThrough } from 'node:stream';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';
import { startBridge } from '../mcp/bridge-over-http.ts';
import { LineClient } from '../mcp/line-client.ts';
import { sendDirectly } from '../mcp/relay-directly.ts';
import { connect, connectHttp, type Agent } from '../mcp/sdk-client.ts';
import { bearer, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import type { Known } from '../support/route-book.ts';
import { toolBook, type ToolEntry } from '../support/tool-book.ts';
import { admin, makeToken } from '../tokens/requests.ts';
import { patterns, rightSets, type Held } from './holders.ts';

/** Every tool for every set of rights, over the three transports. That a tool has its row is checked with the tool list. */

/** Each set of rights on all channels, and each right within the channels of the book and within others. */
const everybody: Held[] = [
  ...rightSets.map((rights) => ({ rights })),
  ...(['read', 'send', 'clear', 'admin'] as const).flatMap((right) =>
    (['to these channels', 'to other channels'] as const).map((limit) => ({ rights: [right], limit })),
  ),
];

function mayUse({ needs, elsewhere }: ToolEntry, { rights, limit }: Held): boolean {
  if (needs === 'nothing') return true;
  return rights.includes(needs) && (limit !== 'to other channels' || elsewhere === 'filtered');
}

interface Way {
  agent: Agent;
  known: Known;
}

let relay: Relay;
let stored: Known;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'an-example-token' } });
  const channel = 'book:room';
  stored = { channel, messageId: (await send(relay, { channel }, admin(relay))).id };
});

async function authorizationFor({ rights, limit }: Held): Promise<{ Authorization: string }> {
  const channels =
    limit === undefined ? {} : Object.fromEntries(rights.map((right) => [right, patterns[limit]]));
  const { token } = await makeToken(relay, { rights: [...rights], channels });
  return bearer(token) as { Authorization: string };
}

async function overStreamableHttp(held: Held): Promise<Way> {
  const headers = await authorizationFor(held);
  return { agent: await connectHttp(new URL('/mcp', relay.url), headers), known: stored };
}

async function overSse(held: Held): Promise<Way> {
  const requestInit = { headers: await authorizationFor(held) };
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- one of the transports under test
  const agent = await connect(new SSEClientTransport(new URL('/sse', relay.url), { requestInit }));
  return { agent, known: stored };
}

/** The program gives whoever starts it everyday rights, so the room itself is asked with others. */
async function overStdio({ rights, limit }: Held): Promise<Way> {
  const bridge = await startBridge();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const channels =
    limit === undefined ? {} : Object.fromEntries(rights.map((right) => [right, patterns[limit]]));
  const principal: Principal = { kind: 'machine', label: 'atlas', rights: new Rights({ rights, channels }) };
  void bridge.mcp.serveStdio({ input, output, principal });
  const agent = await connect(new LineClient(input, output));
  const channel = 'book:room';
  return { agent, known: { channel, messageId: (await sendDirectly(bridge.relay, channel, 'hello')).id } };
}

describe.each([
  ['Streamable HTTP', overStreamableHttp],
  ['HTTP+SSE', overSse],
  ['standard input and output', overStdio],
])('over %s', (_transport, open) => {
  test('every tool has its row', async () => {
    const { agent } = await open({ rights: ['read'] });
    const { tools } = await agent.client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(Object.keys(toolBook).toSorted());
  });

  test.each(everybody)('$rights $limit opens what it should, and nothing else', async (held) => {
    const { agent, known } = await open(held);
    for (const [tool, entry] of Object.entries(toolBook)) {
      const { isError, structured } = await agent.call(tool, entry.input(known));
      const wanted = mayUse(entry, held) ? [tool, false, undefined] : [tool, true, 'missing_right'];
      expect.soft([tool, isError, structured['code']]).toEqual(wanted);
    }
  });
});
