import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { version } from '../version.ts';
import { lookMs, reason, type Check, type Examination } from './examination.ts';
import { ok, problem, type Finding } from './finding.ts';

/** The handshake that every MCP client makes, and the tools it then sees. */
export const streamableHttpCheck: Check = async (examination) => [await handshake('/mcp', examination)];

/** The same over the older transport. */
export const legacySseCheck: Check = async (examination) => [await handshake('/sse', examination)];

/** A client of the SDK, connected. The caller closes it. */
export async function connectMcp(
  path: '/mcp' | '/sse',
  { target }: Pick<Examination, 'target'>,
): Promise<Client> {
  const client = new Client({ name: 'claude-bridge-doctor', version });
  await client.connect(transportTo(path, target), { timeout: lookMs });
  return client;
}

function transportTo(path: '/mcp' | '/sse', { url, token, fetch }: Examination['target']): Transport {
  const address = new URL(url + path);
  const secret = token();
  const requestInit = { headers: secret === undefined ? {} : { Authorization: `Bearer ${secret}` } };
  if (path === '/mcp') return new StreamableHTTPClientTransport(address, { fetch, requestInit });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- older clients still use it, so it is looked at
  return new SSEClientTransport(address, { fetch, requestInit });
}

async function handshake(path: '/mcp' | '/sse', examination: Examination): Promise<Finding> {
  const subject = `MCP ${path}`;
  let client: Client | undefined;
  try {
    client = await connectMcp(path, examination);
    const { tools } = await client.listTools(undefined, { timeout: lookMs });
    return ok(subject, `${tools.length} tools: ${tools.map(({ name }) => name).join(', ')}`);
  } catch (error) {
    const next =
      'the relay answers, but not as an MCP server: a proxy in between may hold streams back or change headers';
    return problem(subject, 'unreachable', reason(error), next);
  } finally {
    await client?.close();
  }
}
