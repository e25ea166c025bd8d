import type { OutgoingHttpHeaders } from 'node:http';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import type { HttpExchange } from './http-exchange.ts';
import type { RpcError } from './json-rpc.ts';
import type { Background } from './session-transport.ts';
import { ifWritten } from './written.ts';

/** Line separators that JSON leaves as they are, but some clients take for the end of a line (wire specification 11.1). */
const separators = /[\u0085\u2028\u2029]/g;

/** An event as it travels. */
export function toFrame(event: string, data: string): string {
  return `event: ${event}\r\ndata: ${data}\r\n\r\n`;
}

/** A JSON-RPC message as it travels. */
export function messageFrame(message: unknown): string {
  const json = JSON.stringify(message).replace(
    separators,
    (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return toFrame('message', json);
}

export const streamHeaders: OutgoingHttpHeaders = {
  'Content-Type': 'text/event-stream',
  // A proxy that compresses or buffers would hold events back.
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

/** An event stream to one client, kept alive by comments until either side ends it. */
export class EventStream implements Background {
  readonly #exchange: HttpExchange;
  readonly #timer: NodeJS.Timeout;

  constructor(exchange: HttpExchange, headers: OutgoingHttpHeaders, keepAliveMs: number) {
    const { res } = exchange;
    this.#exchange = exchange;
    this.#timer = setInterval(() => this.write(': keep-alive\r\n\r\n'), keepAliveMs);
    this.#timer.unref();
    exchange.onceClosed(() => clearInterval(this.#timer));
    exchange.begin(200, { ...streamHeaders, ...headers });
    res.flushHeaders();
  }

  answer(message: JSONRPCMessage | RpcError, onWritten?: () => void): void {
    this.write(messageFrame(message), onWritten);
  }

  notify(message: JSONRPCMessage): void {
    this.write(messageFrame(message));
  }

  /** The stream carries other calls, so it stays. */
  drop(): void {}

  /** @param onWritten see `ifWritten` */
  write(frame: string, onWritten?: () => void): void {
    if (this.#exchange.open) this.#exchange.res.write(frame, ifWritten(onWritten));
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#exchange.open) this.#exchange.res.end();
  }
}
