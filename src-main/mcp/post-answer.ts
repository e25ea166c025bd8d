import type { OutgoingHttpHeaders } from 'node:http';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { EventStream, messageFrame, streamHeaders } from './event-stream.ts';
import type { HttpExchange } from './http-exchange.ts';
import { toRpcError, type RpcError } from './json-rpc.ts';
import type { Outlet } from './session-transport.ts';

/**
 * How long an answer may take before the client gets the head of its response, in ms. Clients give up on a response
 * that does not begin; an answer that comes sooner travels in one piece with its head.
 */
const patienceMs = 1_000;

/** The answer to a POST as an event stream, which can also carry what comes before the answer. */
export class StreamedAnswer implements Outlet {
  readonly #exchange: HttpExchange;
  readonly #headers: OutgoingHttpHeaders;
  readonly #keepAliveMs: number;
  readonly #patience: NodeJS.Timeout;
  #stream: EventStream | undefined;

  constructor(exchange: HttpExchange, headers: OutgoingHttpHeaders, keepAliveMs: number) {
    this.#exchange = exchange;
    this.#headers = headers;
    this.#keepAliveMs = keepAliveMs;
    this.#patience = setTimeout(() => this.#opened(), patienceMs);
    this.#patience.unref();
    exchange.onceClosed(() => clearTimeout(this.#patience));
  }

  answer(message: JSONRPCMessage | RpcError, onWritten?: () => void): void {
    if (this.#stream) {
      this.#stream.answer(message, onWritten);
      this.#stream.end();
    } else {
      this.#endWith(messageFrame(message), onWritten);
    }
  }

  notify(message: JSONRPCMessage): void {
    this.#opened().notify(message);
  }

  drop(): void {
    if (this.#stream) this.#stream.end();
    else this.#endWith('');
  }

  /** Begins and ends the response in one piece. */
  #endWith(frame: string, onWritten?: () => void): void {
    clearTimeout(this.#patience);
    this.#exchange.end(200, { ...streamHeaders, ...this.#headers }, frame, onWritten);
  }

  #opened(): EventStream {
    clearTimeout(this.#patience);
    this.#stream ??= new EventStream(this.#exchange, this.#headers, this.#keepAliveMs);
    return this.#stream;
  }
}

/** The answer to a POST as one JSON document, for clients that accept nothing else. */
export class JsonAnswer implements Outlet {
  readonly #exchange: HttpExchange;
  readonly #headers: OutgoingHttpHeaders;

  constructor(exchange: HttpExchange, headers: OutgoingHttpHeaders) {
    this.#exchange = exchange;
    this.#headers = headers;
  }

  answer(message: JSONRPCMessage | RpcError, onWritten?: () => void): void {
    this.#exchange.endJson(200, message, this.#headers, onWritten);
  }

  /** One document has no room for it. */
  notify(): void {}

  drop(): void {
    const error = new BridgeError('invalid_request', 'the call was cancelled');
    this.#exchange.endJson(200, toRpcError(error), this.#headers);
  }
}
