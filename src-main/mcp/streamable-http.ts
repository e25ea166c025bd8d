import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import {
  isJSONRPCRequest,
  SUPPORTED_PROTOCOL_VERSIONS,
  type JSONRPCMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { acceptsStream, answerForm, type AnswerForm } from './accept.ts';
import { toAuthInfo } from './caller.ts';
import { EventStream } from './event-stream.ts';
import { HttpExchange, retryHeaders, type McpRequestContext } from './http-exchange.ts';
import { idOf, parseError, readMessage, rpcCode, RpcRefusal, toRpcError } from './json-rpc.ts';
import { toBridgeError } from './log.ts';
import { JsonAnswer, StreamedAnswer } from './post-answer.ts';
import type { McpParts } from './server.ts';
import type { Outlet } from './session-transport.ts';
import type { Session, Sessions } from './sessions.ts';

export interface StreamableHttpOptions {
  parts: McpParts;
  sessions: Sessions;
  /** Every POST stands alone: no session is made or needed. */
  stateless: boolean;
  keepAliveMs: number;
}

/** One message that a client posted, and the form in which it takes the answer. */
interface Post {
  exchange: HttpExchange;
  message: JSONRPCMessage;
  form: AnswerForm;
}

/** MCP over Streamable HTTP: one endpoint for POST, GET and DELETE (wire specification 5.2). */
export class StreamableHttp {
  readonly #parts: McpParts;
  readonly #sessions: Sessions;
  readonly #stateless: boolean;
  readonly #keepAliveMs: number;

  constructor({ parts, sessions, stateless, keepAliveMs }: StreamableHttpOptions) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#stateless = stateless;
    this.#keepAliveMs = keepAliveMs;
  }

  /** Answers one request to the endpoint. Never rejects: what goes wrong is the response. */
  async handle(req: IncomingMessage, res: ServerResponse, context: McpRequestContext): Promise<void> {
    const exchange = new HttpExchange(res, context, 'mcp');
    try {
      this.#sessions.checkOpen();
      await this.#dispatch(req, exchange, context.body);
    } catch (thrown) {
      const error = toBridgeError(thrown, this.#parts, 'an mcp request');
      exchange.endJson(error.status, toRpcError(error), retryHeaders(error));
    }
  }

  async #dispatch(req: IncomingMessage, exchange: HttpExchange, body: unknown): Promise<void> {
    if (req.method === 'POST') {
      await this.#post(req, exchange, body);
    } else if (req.method === 'GET') {
      await this.#get(req, exchange);
    } else if (req.method === 'DELETE' && !this.#stateless) {
      await this.#delete(req, exchange);
    } else {
      const allow = this.#stateless ? 'GET, POST' : 'GET, POST, DELETE';
      const error = new BridgeError('method_not_allowed', `method not allowed: use one of ${allow}`);
      exchange.endJson(error.status, toRpcError(error), { Allow: allow });
    }
  }

  async #post(req: IncomingMessage, exchange: HttpExchange, body: unknown): Promise<void> {
    // Before any work: a client whose session is gone is to start a new one, whatever it asks.
    const session = this.#namedSession(req);
    if (body === undefined) throw parseError();
    const message = readMessage(body);
    const form = answerForm(req.headers.accept);
    if (!form) throw notAcceptable('application/json or text/event-stream');

    const post = { exchange, message, form };
    if ('method' in message && message.method === 'initialize') {
      await this.#initialize(post, session);
      return;
    }
    if (!session) refuseDiscovery(message);
    if (!session && !this.#stateless) throw sessionRequired();
    checkProtocolVersion(req);
    if (session) this.#take(session, post);
    else await this.#takeAlone(post);
  }

  async #initialize(post: Post, session: Session | undefined): Promise<void> {
    const { exchange, message } = post;
    if (session) {
      const says = 'Invalid request: this session is initialized already';
      throw new RpcRefusal(rpcCode.invalidRequest, 'invalid_request', says, idOf(message));
    }
    if (this.#stateless) {
      await this.#takeAlone(post);
      return;
    }
    const created = await this.#sessions.create('streamable', exchange.caller.principal.lease);
    exchange.onceClosed(() => {
      // The client has gone without learning the id.
      if (!exchange.res.writableFinished) void created.close();
    });
    this.#take(created, post, { 'Mcp-Session-Id': created.id });
  }

  /** Hands the message to the session and the answer to the client. A client that goes away ends its call. */
  #take(session: Session, { exchange, message, form }: Post, headers: OutgoingHttpHeaders = {}): void {
    exchange.onceClosed(session.use());
    const authInfo = toAuthInfo(exchange.caller);
    if (isJSONRPCRequest(message)) {
      const outlet = this.#outlet(exchange, form, headers);
      exchange.onceClosed(session.transport.receive(message, authInfo, outlet));
    } else {
      exchange.end(202);
      session.transport.receive(message, authInfo);
    }
  }

  /** Takes a POST that is a session of its own. */
  async #takeAlone(post: Post): Promise<void> {
    const session = await this.#sessions.createSingle();
    post.exchange.onceClosed(() => void session.close());
    this.#take(session, post);
  }

  #outlet(exchange: HttpExchange, form: AnswerForm, headers: OutgoingHttpHeaders): Outlet {
    if (form === 'json') return new JsonAnswer(exchange, headers);
    return new StreamedAnswer(exchange, headers, this.#keepAliveMs);
  }

  /** Opens the stream for what belongs to no call. */
  async #get(req: IncomingMessage, exchange: HttpExchange): Promise<void> {
    const named = this.#namedSession(req);
    if (!acceptsStream(req.headers.accept)) throw notAcceptable('text/event-stream');
    if (!named && !this.#stateless) throw sessionRequired();
    checkProtocolVersion(req);
    // Without sessions a stream takes a place like one, so that streams stay capped.
    const session = named ?? (await this.#sessions.create('streamable', exchange.caller.principal.lease));
    const { transport } = session;
    if (transport.background) throw new BridgeError('conflict', 'only one stream is allowed per session');
    transport.background = new EventStream(exchange, {}, this.#keepAliveMs);
    const done = session.use();
    exchange.onceClosed(() => {
      transport.background = undefined;
      done();
      if (!named) void session.close();
    });
  }

  async #delete(req: IncomingMessage, exchange: HttpExchange): Promise<void> {
    const session = this.#namedSession(req);
    if (!session) throw sessionRequired();
    checkProtocolVersion(req);
    await session.close();
    exchange.end(200);
  }

  /** @throws BridgeError `not_found` when the request names a session that there is not. */
  #namedSession(req: IncomingMessage): Session | undefined {
    const id = req.headers['mcp-session-id'];
    if (id === undefined || this.#stateless) return undefined;
    const session = this.#sessions.find(String(id), 'streamable');
    if (session) return session;
    throw new BridgeError('not_found', 'session not found: initialize a new one', {
      field: 'Mcp-Session-Id',
    });
  }
}

/**
 * Clients of the 2026 revision ask with this whether they may do without sessions. A quick no makes them initialize.
 * @throws RpcRefusal if `message` is that question
 */
function refuseDiscovery(message: JSONRPCMessage): void {
  if (!isJSONRPCRequest(message) || message.method !== 'server/discover') return;
  throw new RpcRefusal(rpcCode.methodNotFound, 'invalid_request', 'Method not found', message.id);
}

function sessionRequired(): BridgeError {
  return new BridgeError('required', 'Mcp-Session-Id is missing: initialize a session first', {
    field: 'Mcp-Session-Id',
  });
}

function notAcceptable(needed: string): BridgeError {
  return new BridgeError('not_acceptable', `not acceptable: the client must accept ${needed}`, {
    field: 'Accept',
  });
}

/** A client that names no version keeps to the one it initialized with. */
function checkProtocolVersion(req: IncomingMessage): void {
  const version = req.headers['mcp-protocol-version'];
  if (version === undefined || SUPPORTED_PROTOCOL_VERSIONS.includes(String(version))) return;
  throw new BridgeError(
    'invalid_value',
    `this protocol version is not supported; supported are ${SUPPORTED_PROTOCOL_VERSIONS.join(', ')}`,
    { field: 'MCP-Protocol-Version' },
  );
}
