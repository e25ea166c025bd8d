import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { refusalIn } from '../../src-shared/client/http-call.ts';
import { tokenVariable } from '../../src-shared/connect/client.ts';
import {
  mcpUrl,
  type Connection,
  type HttpConnection,
  type StdioConnection,
} from '../../src-shared/connect/connection.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';

export interface VerifyOptions {
  /** What stands for the reference to a token in the entry. */
  token: string | undefined;
  /** Knows the certificates that the client would accept. */
  fetch: typeof fetch;
  /** Of this program. */
  version: string;
  /** How long each answer may take, in ms. */
  patienceMs?: number;
}

/** A relay that answered as a client needs it. */
export interface Proof {
  /** Of the relay. */
  version: string;
  tools: number;
  /** Who the client is to the relay. */
  principal: string;
  /** From the first request to the last answer. */
  ms: number;
}

/**
 * Connects as a client with this entry would: handshake, list of tools, a call of `bridge_ping`.
 * @throws BridgeError with the relay's own code where it refused, else `unreachable`
 */
export async function verifyConnection(connection: Connection, options: VerifyOptions): Promise<Proof> {
  const { version, patienceMs = 15_000 } = options;
  const started = performance.now();
  const client = new Client({ name: 'claude-bridge-connect', version });
  const limits = { timeout: patienceMs };
  const attempt = attemptOf(connection, options);
  try {
    await client.connect(attempt.transport, limits);
    const { tools } = await client.listTools({}, limits);
    const ping = await client.callTool({ name: 'bridge_ping' }, undefined, limits);
    const { version: relayVersion, principal } = factsIn(ping.structuredContent);
    const ms = Math.round(performance.now() - started);
    return { version: relayVersion, tools: tools.length, principal, ms };
  } catch (error) {
    throw failureOf(error, connection, attempt);
  } finally {
    await attempt.end();
    await client.close();
  }
}

/** A transport, and what it says in its own words when it fails. */
interface Attempt {
  transport: Transport;
  /** What the other side said against it. */
  refusal: () => BridgeError | undefined;
  /** Leaves no session behind. */
  end: () => Promise<void>;
}

function attemptOf(connection: Connection, options: VerifyOptions): Attempt {
  return connection.transport === 'stdio' ? overStdio(connection, options) : overHttp(connection, options);
}

function overHttp(connection: HttpConnection, { token, fetch }: VerifyOptions): Attempt {
  let refusal: BridgeError | undefined;
  const listening: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    // Other answers to GET and DELETE belong to the protocol: a server may do without both.
    if (!response.ok && (init?.method === 'POST' || response.status === 401)) {
      refusal ??= await refusalIn(response.clone());
    }
    return response;
  };
  const url = new URL(mcpUrl(connection));
  const secret = tokenOf(connection, token);
  const settings = {
    fetch: listening,
    requestInit: { headers: secret === undefined ? {} : { Authorization: `Bearer ${secret}` } },
  };
  if (connection.transport === 'sse') {
    return {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- so are the clients that are connected this way
      transport: new SSEClientTransport(url, settings),
      refusal: () => refusal,
      end: () => Promise.resolve(),
    };
  }
  const transport = new StreamableHTTPClientTransport(url, settings);
  return {
    transport,
    refusal: () => refusal,
    end: () => transport.terminateSession().catch(() => undefined),
  };
}

function overStdio(connection: StdioConnection, { token }: VerifyOptions): Attempt {
  const { command, args, env } = connection.server;
  const secret = tokenOf(connection, token);
  const transport = new StdioClientTransport({
    command,
    args: [...args],
    env: { ...getDefaultEnvironment(), ...env, ...(secret === undefined ? {} : { [tokenVariable]: secret }) },
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const refusal = () => {
    const [, sentence] = /^error: (.*)$/m.exec(said) ?? [];
    return sentence === undefined ? undefined : new BridgeError('unreachable', sentence);
  };
  return { transport, refusal, end: () => Promise.resolve() };
}

function tokenOf({ token }: Connection, reference: string | undefined): string | undefined {
  if (token === 'none') return undefined;
  return token === 'reference' ? reference : token.value;
}

function failureOf(thrown: unknown, connection: Connection, { refusal }: Attempt): BridgeError {
  const refused = refusal() ?? (thrown instanceof BridgeError ? thrown : undefined);
  if (refused) return refused;
  const { message } = toError(thrown);
  const where = connection.transport === 'stdio' ? connection.server.command : mcpUrl(connection);
  return new BridgeError('unreachable', `${where} does not answer as it should: ${message}`, {
    cause: thrown,
  });
}

/** What `bridge_ping` says (wire specification 5.3). */
function factsIn(structured: unknown): { version: string; principal: string } {
  const facts = isJsonObject(structured) ? structured : {};
  const { version, principal } = facts;
  const label = isJsonObject(principal) ? principal['label'] : undefined;
  if (facts['service'] !== 'claude-bridge' || typeof version !== 'string') {
    throw new BridgeError('unexpected_answer', 'something other than Claude Bridge answers there');
  }
  return { version, principal: typeof label === 'string' ? label : 'unknown' };
}
