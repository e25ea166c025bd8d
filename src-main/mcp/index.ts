import type { Readable, Writable } from 'node:stream';
import type { Principal } from '../security/principal.ts';
import { LegacySse } from './legacy-sse.ts';
import { createServer, type McpParts } from './server.ts';
import { Sessions } from './sessions.ts';
import { serveStdio } from './stdio.ts';
import { StreamableHttp } from './streamable-http.ts';

export type { McpRequestContext } from './http-exchange.ts';
export type { McpLimits } from './limits.ts';
export type { McpLog } from './log.ts';
export { parseError, toRpcError } from './json-rpc.ts';

export interface McpOptions extends McpParts {
  /** Serve Streamable HTTP without sessions: every POST stands alone. */
  stateless?: boolean;
  /** Milliseconds between the comments that keep a stream alive. */
  keepAliveMs?: number;
}

export interface StdioRequest {
  input: Readable;
  output: Writable;
  /** Who is at the other end. */
  principal: Principal;
}

export interface Mcp {
  /** The endpoint /mcp. */
  streamableHttp: StreamableHttp;
  /** The endpoints /sse and /messages/. */
  legacySse: LegacySse;
  /** Serves one client over a pair of streams; resolves when it has gone and everything is answered. */
  serveStdio: (request: StdioRequest) => Promise<void>;
  /** Open sessions over HTTP. */
  sessions: () => number;
  /** Ends every session and stream. Calls under way have a second to be answered, else they end with an error. */
  close: () => Promise<void>;
}

/** The MCP room: six tools over three transports, all of them faces of the same relay. */
export function createMcp({ stateless = false, keepAliveMs = 15_000, ...parts }: McpOptions): Mcp {
  const sessions = new Sessions(parts);
  const stopping = new AbortController();
  const stdio = new Set<Promise<void>>();
  return {
    streamableHttp: new StreamableHttp({ parts, sessions, stateless, keepAliveMs }),
    legacySse: new LegacySse({ parts, sessions, keepAliveMs }),
    serveStdio: async ({ input, output, principal }) => {
      const server = createServer(parts, { principal });
      const served = serveStdio({ server, input, output, signal: stopping.signal });
      stdio.add(served);
      await served.finally(() => stdio.delete(served));
    },
    sessions: () => sessions.size,
    close: async () => {
      stopping.abort();
      await Promise.all([sessions.close(), ...stdio]);
    },
  };
}
