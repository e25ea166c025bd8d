import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, type Agent } from '../mcp/sdk-client.ts';
import { programEntry, scratchDirectory } from '../support/program.ts';

export interface RemoteOptions {
  /** Beside `--stdio --url`. */
  args?: readonly string[];
  env?: Record<string, string>;
  /** What the client calls itself. */
  name?: string;
}

export interface RemoteAgent extends Agent {
  /** What the program has said on standard error; resolves when it has ended. */
  said: Promise<string>;
}

/** A client that has started `claude-bridge --stdio --url …`, on a machine where no relay runs. */
export async function startRemoteAgent(
  url: string,
  { args = [], env = {}, name }: RemoteOptions = {},
): Promise<RemoteAgent> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [programEntry, '--stdio', '--url', url, ...args],
    env: { CLAUDE_BRIDGE_HOME: scratchDirectory(), ...env },
    stderr: 'pipe',
  });
  const errors = new PassThrough();
  transport.stderr?.pipe(errors);
  const said = text(errors);
  return { ...(await connect(transport, name)), said };
}
