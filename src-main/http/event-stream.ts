import type { ServerResponse } from 'node:http';
import type { StreamSink } from '../relay/subscription.ts';
import type { Change } from '../relay/changes.ts';
import { markOpenEnded } from './connections.ts';
import { contentOf, encodeChunk, frame, keepAliveFrame } from './event-frames.ts';
import { securityHeaders } from './respond.ts';

/** A quiet stream says that it lives this often, in ms (wire specification 4.5). */
const keepAliveMs = 15_000;

/** The headers of an event stream (4.2). `Connection` and the transfer encoding are Node's. */
const streamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'X-Accel-Buffering': 'no',
  ...securityHeaders,
};

export interface EventStreamOptions {
  /** Bytes that may wait for a slow reader before it is read forward from the store instead. */
  bufferBytes: () => number;
}

/** A response that stays open and carries events. */
export class EventStream implements StreamSink {
  readonly #response: ServerResponse;
  readonly #bufferBytes: () => number;
  readonly #keepAlive: NodeJS.Timeout;
  #unflushed = 0;
  #whenFlushed: (() => void)[] = [];

  constructor(response: ServerResponse, { bufferBytes }: EventStreamOptions) {
    this.#response = response;
    this.#bufferBytes = bufferBytes;
    markOpenEnded(response);
    // Sent at once, before any event: clients wait for them.
    response.writeHead(200, streamHeaders);
    response.flushHeaders();
    this.#keepAlive = setInterval(() => this.#write(keepAliveFrame(new Date())), keepAliveMs).unref();
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  deliver(changes: readonly Change[], written?: () => void): void {
    const chunk = encodeChunk(changes);
    const { socket, chunkedEncoding, writableEnded } = this.#response;
    // A chunk that is framed already is one write to the socket, where the response would frame it with three.
    if (socket && chunkedEncoding && !writableEnded) socket.write(chunk, this.#whenWritten(written));
    else this.#write(contentOf(chunk), written);
  }

  reportStale(since: string): void {
    this.#write(frame('cursor_stale', { since_id: since }));
  }

  reportTruncated(limit: number): void {
    this.#write(frame('replay_truncated', { limit }));
  }

  reportPaused(): void {
    this.#write(frame('paused', {}));
  }

  get congested(): boolean {
    return this.#response.writableLength > this.#bufferBytes();
  }

  /** Node's own `drain` comes only after its own high-water mark was passed, which `bufferBytes` may lie below. */
  onceDrained(callback: () => void): void {
    this.#whenFlushed.push(callback);
  }

  onceClosed(callback: () => void): void {
    if (this.#response.closed) callback();
    else this.#response.once('close', callback);
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#response.end();
  }

  #write(frames: Buffer | string, written?: () => void): void {
    if (this.#response.writableEnded) return;
    this.#response.write(frames, this.#whenWritten(written));
  }

  #whenWritten(written: (() => void) | undefined): (error?: Error | null) => void {
    this.#unflushed++;
    if (!written) return this.#flushed;
    return (error) => {
      if (!error) written();
      this.#flushed(error);
    };
  }

  readonly #flushed = (error?: Error | null): void => {
    // The response is about to close, which is told by itself.
    if (error || --this.#unflushed > 0) return;
    const callbacks = this.#whenFlushed;
    this.#whenFlushed = [];
    for (const callback of callbacks) callback();
  };
}

/** The headers alone, as a HEAD request wants them. */
export function answerHead(response: ServerResponse): void {
  response.writeHead(200, streamHeaders);
  response.end();
}
