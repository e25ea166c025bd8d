import { PassThrough } from 'node:stream';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { principals } from '../../src-main/security/principal.ts';
import { startBridge, type StartOptions, type TestBridge } from './bridge-over-http.ts';
import { LineClient } from './line-client.ts';
import { connect, connectHttp, type Agent } from './sdk-client.ts';

/** The three ways in which a client may come, as test cases. */
export const transports = ['mcp', 'sse', 'stdio'] as const;

/** A bridge with the official client, connected over one of them. */
export async function startAgent(
  transport: (typeof transports)[number],
  options: StartOptions = {},
): Promise<TestBridge & Agent> {
  const bridge = await startBridge(options);
  return { ...bridge, ...(await connectOver(transport, bridge)) };
}

export function connectOver(
  transport: (typeof transports)[number],
  { url, mcp }: Pick<TestBridge, 'url' | 'mcp'>,
): Promise<Agent> {
  if (transport === 'mcp') return connectHttp(url);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- one of the transports under test
  if (transport === 'sse') return connect(new SSEClientTransport(new URL('/sse', url)));
  const [input, output] = [new PassThrough(), new PassThrough()];
  void mcp.serveStdio({ input, output, principal: principals.process });
  return connect(new LineClient(input, output));
}
