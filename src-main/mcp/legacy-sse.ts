import type { IncomingMessage, ServerResponse } from 'node:http';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { toAuthInfo } from './caller.ts';
import { EventStream, streamHeaders, toFrame } from './event-stream.ts';
import { HttpExchange, retryHeaders, type McpRequestContext } from './http-exchange.ts';
import { readMessage } from './json-rpc.ts';
import { toBridgeError } from './log.ts';
import type { McpParts } from './server.ts';
import type { Session, Sessions } from './sessions.ts';

export interface LegacySseOptions {
  parts: McpParts;
  sessions: Sessions;
  keepAliveMs: number;
}

/**
 * MCP over HTTP+SSE, the transport before Streamable HTTP: a stream that stays open carries every message to the
 * client, which posts its own (wire specification 5.2). A session lives as long as its stream.
 */
export class LegacySse {
  readonly #parts: McpParts;
  readonly #sessions: Sessions;
  readonly #keepAliveMs: number;

  constructor({ parts, sessions, keepAliveMs }: LegacySseOptions) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#keepAliveMs = keepAliveMs;
  }

  /** GET /sse: opens a session and its stream. HEAD answers the headers only. */
  async open(req: IncomingMessage, res: ServerResponse, context: McpRequestContext): Promise<void> {
    await this.#answer(res, context, async (exchange) => {
      this.#sessions.checkOpen();
      if (req.method === 'HEAD') {
        exchange.begin(200, streamHeaders);
        res.end();
        return;
      }
      const session = await this.#sessions.create('legacy', context.principal.lease);
      if (!exchange.open) return session.close();
      this.#stream(session, exchange);
    });
  }

  /** POST /messages/?session_id=…: takes one message; the answer travels on the stream. */
  async post(req: IncomingMessage, res: ServerResponse, context: McpRequestContext): Promise<void> {
    await this.#answer(res, context, (exchange) => {
      const session = this.#namedSession(req);
      const message = readMessage(context.body);
      exchange.end(202, { 'Content-Type': 'text/plain; charset=utf-8' }, 'Accepted');
      session.transport.receive(message, toAuthInfo(exchange.caller));
    });
  }

  #stream(session: Session, exchange: HttpExchange): void {
    const stream = new EventStream(exchange, {}, this.#keepAliveMs);
    session.transport.background = stream;
    session.use();
    exchange.onceClosed(() => void session.close());
    stream.write(toFrame('endpoint', `/messages/?session_id=${session.id}`));
  }

  /** @throws BridgeError when the request does not name an open session */
  #namedSession(req: IncomingMessage): Session {
    const id = new URL(req.url ?? '', 'http://localhost').searchParams.get('session_id');
    const field = 'session_id';
    if (id === null || id === '') throw new BridgeError('required', 'session_id is missing', { field });
    if (!/^[0-9a-f]{32}$/i.test(id)) {
      throw new BridgeError('invalid_format', 'session_id must be 32 hexadecimal digits', { field });
    }
    const session = this.#sessions.find(id.toLowerCase(), 'legacy');
    if (session) return session;
    throw new BridgeError('not_found', 'there is no such session; open a new stream', { field });
  }

  /** Runs `respond`; a refusal becomes the response. */
  async #answer(
    res: ServerResponse,
    context: McpRequestContext,
    respond: (exchange: HttpExchange) => void | Promise<void>,
  ): Promise<void> {
    const exchange = new HttpExchange(res, context, 'sse');
    try {
      await respond(exchange);
    } catch (thrown) {
      const error = toBridgeError(thrown, this.#parts, 'an mcp request');
      exchange.endJson(error.status, error.toBody(), retryHeaders(error));
    }
  }
}
