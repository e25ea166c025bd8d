import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { BridgeError, toError, type ErrorCode } from '../../src-shared/bridge-error.ts';
import type { Audit } from '../relay/audit.ts';
import type { Authentication } from '../security/authentication.ts';
import { requireSingleHeaders } from '../security/duplicate-headers.ts';
import { EndedSession } from '../security/ended-session.ts';
import {
  clientAddress,
  hasForwardingHeaders,
  requestScheme,
  type TrustedProxies,
} from '../security/forwarded.ts';
import type { HostPolicy } from '../security/host-policy.ts';
import { requireJsonLinesMediaType, requireJsonMediaType } from '../security/media-type.ts';
import type { OriginPolicy } from '../security/origin-policy.ts';
import { noAccess, PrincipalAccess, requireRight, type Principal } from '../security/principal.ts';
import { isProtectedPath } from '../security/protected-paths.ts';
import { awaitsBody, readJson, requireKnownFraming } from './body.ts';
import type { Refusals } from './refusals.ts';
import { parameter, type Exchange } from './exchange.ts';
import { securityHeaders, sendError, sendErrorEarly, strictTransport } from './respond.ts';
import { pathOf } from './request-target.ts';
import type { Route } from './route.ts';

export interface GateParts {
  authentication: Authentication;
  hostPolicy: () => HostPolicy;
  originPolicy: () => OriginPolicy;
  trustedProxies: () => TrustedProxies;
  audit: Audit;
  refusals: Refusals;
  maxRequestBytes: () => number;
  /** Whether a token in the address counts where a route allows it. */
  queryToken: () => boolean;
  /** Told of every request that brought its token in the address, where it may end up in logs. */
  onQueryToken: () => void;
  onError: (error: Error, request: IncomingMessage) => void;
  /** Told of every error that is an answer. */
  onRefused: (code: ErrorCode) => void;
}

/**
 * Everything that stands between a socket and a route. The order is part of the interface (wire specification 3.7):
 * Host, Origin, media type, credential, size, JSON.
 */
export class Gate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /**
   * Host and Origin, on every path. Answers preflights and refusals itself.
   * @returns whether the request may go on
   */
  admit(request: IncomingMessage, response: ServerResponse): boolean {
    try {
      const scheme = this.#scheme(request);
      if (scheme === 'https') response.setHeader('Strict-Transport-Security', strictTransport);
      requireSingleHeaders(request.rawHeaders);
      requireKnownFraming(request.headers);
      this.#parts.hostPolicy().require(request.headers.host);
      return this.#admitOrigin(request, response, scheme);
    } catch (error) {
      this.refuse(request, response, error);
      return false;
    }
  }

  /** Lets a request through to `route`, and answers for whatever goes wrong on the way. */
  async pass(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let exchange: Exchange | undefined;
    try {
      exchange = this.#exchange(request, response);
      const hasBody = route.body === 'json' || (route.body === 'rpc' && request.method === 'POST');
      if (hasBody) requireJsonMediaType(request.headers);
      else if (route.body === 'lines') requireJsonLinesMediaType(request.headers);
      if (route.right !== 'public') {
        const claimed = this.#authenticate(exchange, route.queryToken === true);
        const principal = claimed instanceof Promise ? await claimed : claimed;
        exchange.principal = principal;
        exchange.actor.principal = principal.label;
        exchange.actor.access = new PrincipalAccess(principal);
        if (route.right !== 'authenticated') requireRight(principal, route.right);
        endWithLease(response, principal);
      }
      if (hasBody) exchange.body = await this.#readBody(route, request);
      if (route.body === 'json') requireObject(exchange.body);
      exchange.principal?.lease?.ended.throwIfAborted();
      await route.handle(exchange);
    } catch (error) {
      this.refuse(request, response, error, { by: exchange?.principal?.label });
    }
  }

  /** Tells whoever speaks plain HTTP where only HTTPS is spoken, whatever it asks for (wire specification 7.9). */
  requireTls(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Connection', 'close');
    const sentence = 'this relay speaks HTTPS: its address begins with https://';
    this.refuse(request, response, new BridgeError('tls_required', sentence));
  }

  /** For paths and methods that no route has: an answer that tells outsiders nothing about what lies there. */
  async reject(
    request: IncomingMessage,
    response: ServerResponse,
    error: BridgeError,
    extra?: object,
  ): Promise<void> {
    try {
      const exchange = this.#exchange(request, response);
      if (isProtectedPath(exchange.path)) await this.#authenticate(exchange, false);
      this.refuse(request, response, error, { extra });
    } catch (refusal) {
      this.refuse(request, response, refusal);
    }
  }

  /**
   * Answers with an error, once: a response that is under way can only be cut.
   * @param about what the answer says besides, and whose credential it was
   */
  refuse(
    request: IncomingMessage,
    response: ServerResponse,
    thrown: unknown,
    { extra, by }: { extra?: object | undefined; by?: string | undefined } = {},
  ): void {
    const error = thrown instanceof BridgeError ? thrown : this.#unexpected(thrown, request);
    this.#parts.onRefused(error.code);
    this.#parts.refusals.note(error, request, this.#clientAddress(request));
    this.#auditRefusal(error, request, by);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (awaitsBody(request)) sendErrorEarly(request, response, { error, extra });
    else sendError(response, error, extra);
  }

  #exchange(request: IncomingMessage, response: ServerResponse): Exchange {
    const { url = '/' } = request;
    const path = pathOf(url);
    const address = this.#clientAddress(request);
    return {
      request,
      response,
      principal: undefined,
      actor: { principal: 'nobody', access: noAccess, address, transport: 'http' },
      address,
      scheme: this.#scheme(request),
      path,
      query: path.length === url.length ? noQuery : new URLSearchParams(url.slice(path.length + 1)),
      body: undefined,
    };
  }

  #scheme({ socket, headers }: IncomingMessage): 'http' | 'https' {
    return requestScheme({
      encrypted: (socket as Partial<TLSSocket>).encrypted === true,
      peerAddress: socket.remoteAddress,
      headers,
      trustedProxies: this.#parts.trustedProxies(),
    });
  }

  #admitOrigin(request: IncomingMessage, response: ServerResponse, scheme: 'http' | 'https'): boolean {
    const { headers } = request;
    const { origin, host } = headers;
    if (origin === undefined) return true;
    const policy = this.#parts.originPolicy();
    const preflight = request.method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    if (preflight) {
      answerPreflight(response, policy.preflight(origin));
      return false;
    }
    for (const [name, value] of Object.entries(policy.responseHeaders(origin)))
      response.setHeader(name, value);
    policy.require({ method: request.method ?? '', origin, host: host ?? '', scheme });
    return true;
  }

  #authenticate(
    { request, address, query }: Exchange,
    queryTokenAllowed: boolean,
  ): Principal | Promise<never> {
    const queryToken = queryTokenAllowed && this.#parts.queryToken() ? parameter(query, 'token') : undefined;
    if (queryToken !== undefined) this.#parts.onQueryToken();
    return this.#parts.authentication.authenticate({
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
      queryToken,
      peerAddress: request.socket.remoteAddress,
      clientAddress: address,
      userAgent: request.headers['user-agent'],
      hasForwardingHeaders: hasForwardingHeaders(request.headers),
    });
  }

  #readBody(route: Route, request: IncomingMessage): Promise<unknown> {
    const reading = readJson(request, this.#parts.maxRequestBytes());
    return route.body === 'rpc' ? reading.catch(undefinedIfNotJson) : reading;
  }

  #clientAddress({ socket, headers }: IncomingMessage): string {
    const trustedProxies = this.#parts.trustedProxies();
    return clientAddress({ peerAddress: socket.remoteAddress, headers, trustedProxies });
  }

  #unexpected(thrown: unknown, request: IncomingMessage): BridgeError {
    this.#parts.onError(toError(thrown), request);
    return new BridgeError('internal_error', 'the relay failed on this request; its log says why');
  }

  #auditRefusal(error: BridgeError, request: IncomingMessage, by: string | undefined): void {
    const event = auditedRefusals[error.code];
    if (event === undefined || !this.#parts.audit.enabled) return;
    // A browser that learns by this answer that it is signed out has not tried to get in.
    if (error instanceof EndedSession) return;
    const path = pathOf(request.url);
    if (isSessionProbe(request, path)) return;
    this.#parts.audit.recordRefusal({ event, detail: path, ip: this.#clientAddress(request), by });
  }
}

function requireObject(body: unknown): void {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return;
  throw new BridgeError('invalid_type', 'the body must be a JSON object');
}

function undefinedIfNotJson(error: unknown): undefined {
  if (error instanceof BridgeError && (error.code === 'invalid_json' || error.code === 'too_deep')) return;
  throw error;
}

/**
 * What a credential let in ends with it: a stream at once. An answer that has not begun is left to its route, which may
 * still say why.
 */
function endWithLease(response: ServerResponse, { lease }: Principal): void {
  if (!lease) return;
  const over = lease.use(() => {
    if (response.headersSent) response.destroy();
  });
  // It comes once; `once` would wrap the function only to take it away again.
  response.on('close', over);
}

const noQuery = new URLSearchParams();

/** Refusals that go into the audit log, by what the log calls them (wire specification 7.6). */
const auditedRefusals: Partial<Record<string, string>> = {
  unauthorized: 'auth_failure',
  too_many_attempts: 'auth_failure',
  unauthenticated_network: 'auth_failure',
  missing_right: 'auth_failure',
  request_too_large: 'oversize_reject',
  invalid_framing: 'oversize_reject',
  host_not_allowed: 'policy_reject',
  origin_not_allowed: 'policy_reject',
  unsupported_media_type: 'policy_reject',
};

/** A page that asks whether it is signed in is no failed attempt (wire specification 7.6). */
function isSessionProbe({ method, headers }: IncomingMessage, path: string | undefined): boolean {
  return method === 'GET' && path === '/api/session' && headers.authorization === undefined;
}

function answerPreflight(
  response: ServerResponse,
  headers: Readonly<Record<string, string>> | undefined,
): void {
  if (!headers)
    throw new BridgeError('origin_not_allowed', 'this origin is not allowed', { field: 'Origin' });
  response.writeHead(200, { ...securityHeaders, 'Content-Type': 'text/plain', ...headers });
  response.end('OK');
}
