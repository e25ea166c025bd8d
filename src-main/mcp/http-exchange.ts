import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Caller } from './caller.ts';
import type { Principal } from '../security/principal.ts';
import { ifWritten } from './written.ts';

/** What the HTTP room knows about a request once Host, Origin, credential and body have been checked. */
export interface McpRequestContext {
  principal: Principal;
  /** Address of the client. */
  address: string;
  /** The parsed JSON body of a POST; undefined if there was none. */
  body?: unknown;
  /** Security headers that every response carries. */
  extraHeaders: Readonly<Record<string, string>>;
}

/** One HTTP request to the MCP endpoints and the response to it. */
export class HttpExchange {
  readonly res: ServerResponse;
  readonly caller: Caller;
  readonly #extraHeaders: Readonly<Record<string, string>>;

  constructor(
    res: ServerResponse,
    { principal, address, extraHeaders }: McpRequestContext,
    transport: Caller['transport'],
  ) {
    this.res = res;
    this.caller = { principal, address, transport };
    this.#extraHeaders = extraHeaders;
  }

  /** Neither answered nor abandoned. */
  get open(): boolean {
    return !this.res.writableEnded && !this.res.destroyed;
  }

  /** Calls back when the response has been sent or the client has gone, at once if that is past. */
  onceClosed(callback: () => void): void {
    if (this.res.destroyed) callback();
    else this.res.once('close', callback);
  }

  /** Starts a response whose body follows. */
  begin(status: number, headers: OutgoingHttpHeaders): void {
    for (const [name, value] of Object.entries(this.#extraHeaders)) this.res.setHeader(name, value);
    this.res.writeHead(status, { 'Cache-Control': 'no-store', ...headers });
  }

  /** @param onWritten see `ifWritten` */
  end(status: number, headers: OutgoingHttpHeaders = {}, body = '', onWritten?: () => void): void {
    if (!this.open) return;
    this.begin(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
    // The callback of `end` also comes when the last write has failed; that of `write` says which.
    if (onWritten) this.res.write(body, ifWritten(onWritten));
    this.res.end(onWritten ? undefined : body);
  }

  /** @param onWritten see `ifWritten` */
  endJson(status: number, body: unknown, headers: OutgoingHttpHeaders = {}, onWritten?: () => void): void {
    this.end(status, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(body), onWritten);
  }
}

/** Headers that tell a client when to come back, if waiting helps. */
export function retryHeaders({ retryAfter }: BridgeError): OutgoingHttpHeaders {
  return retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
}
