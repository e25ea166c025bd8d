import type { Readable, Writable } from 'node:stream';
import type { Principal } from '../security/principal.ts';
import { LegacySse } from './legacy-sse.ts';
import { createServer, type McpParts } from './server.ts';
import { Sessions, type SessionKind } from './sessions.ts';
import { serveStdio } from './stdio.ts';
import { StreamableHttp } from './streamable-http.ts';

export type { McpRequestContext } from './http-exchange.ts';
export type { McpLimits } from './limits.ts';
export type { McpLog } from './log.ts';
export { parseError, toRpcError } from './json-rpc.ts';

export interface McpOptions extends Omit<McpParts, 'progressMs' | 'stopping'> {
  /** Serve Streamable HTTP without sessions: every POST stands alone. */
  stateless?: boolean;
  /** Milliseconds between the comments that keep a stream alive. */
  keepAliveMs?: number;
  /** Milliseconds between the notes of progress of a call that waits; clients give up on silence of half a minute. */
  progressMs?: number;
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
  sessionsByKind: () => Record<SessionKind, number>;
  /** Ends every wait, session and stream. Other calls under way have a second to be answered, else they end with an error. */
  close: () => Promise<void>;
}

/** The MCP room: eight tools over three transports, all of them faces of the same relay. */
export function createMcp({
  stateless = false,
  keepAliveMs = 15_000,
  progressMs = 20_000,
  ...rest
}: McpOptions): Mcp {
  const stopping = new AbortController();
  const parts: McpParts = { ...rest, progressMs, stopping: stopping.signal };
  const sessions = new Sessions(parts);
  const stdio = new Set<Promise<void>>();
  return {
    streamableHttp: new StreamableHttp({ parts, sessions, stateless, keepAliveMs }),
    legacySse: new LegacySse({ parts, sessions, keepAliveMs }),
    serveStdio: async ({ input, output, principal }) => {
      const caller = { principal, transport: 'stdio' } as const;
      const served = serveStdio({
        serverFor: (transport, ending) => createServer({ ...parts, stopping: ending }, transport, caller),
        ...{ input, output, signal: stopping.signal },
      });
      stdio.add(served);
      await served.finally(() => stdio.delete(served));
    },
    sessions: () => sessions.size,
    sessionsByKind: () => sessions.sizeByKind,
    close: async () => {
      stopping.abort();
      await Promise.all([sessions.close(), ...stdio]);
    },
  };
}
