import type { Readable, Writable } from 'node:stream';
import { parseError, readMessage, rpcCode, RpcRefusal, toRpcError } from './json-rpc.ts';
import { LineReader } from './line-reader.ts';
import { drainMs, SessionTransport, type Background } from './session-transport.ts';
import type { McpServer } from './tool-server.ts';
import { ifWritten } from './written.ts';

export interface StdioOptions {
  /**
   * Makes the server for the client at the other end.
   * @param stopping aborted when calls that wait are to end
   */
  serverFor: (transport: SessionTransport, stopping: AbortSignal) => McpServer;
  input: Readable;
  output: Writable;
  /** Stops reading; calls under way still have a moment to be answered. */
  signal: AbortSignal;
}

/** Longest line that is read: the largest message, with every character escaped and room for the call around it. */
const maxLineBytes = 4 * 1024 * 1024;

/**
 * MCP over standard input and output, one JSON-RPC message per line (wire specification 5.2). Nothing else is written
 * to `output`.
 * @returns once the input has ended and every call is answered, or once the output is gone
 */
export async function serveStdio({ serverFor, input, output, signal }: StdioOptions): Promise<void> {
  const inputOver = firstOf(input, 'end', 'close', 'error');
  const outputOver = firstOf(output, 'close', 'error');
  const transport = new SessionTransport();
  // A client that has closed its end wants what is on its way, not what may come.
  const leaving = new AbortController();
  const server = serverFor(transport, AbortSignal.any([signal, leaving.signal]));
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
  transport.background = toOutlet(input, output);
  await server.connect(transport);

  const lines = new LineReader(maxLineBytes, {
    line: (text) => takeLine(text, transport),
    tooLong: () => transport.background?.answer(toRpcError(tooLong())),
  });
  const take = (chunk: Buffer) => lines.push(chunk);
  input.on('data', take);

  await Promise.race([inputOver, outputOver, stopped]);
  leaving.abort();
  input.off('data', take).pause();
  if (!signal.aborted) lines.end();
  await Promise.race([transport.idle(), outputOver, stopped.then(() => transport.drain(drainMs))]);
  await server.close();
  await Promise.race([flushed(output), outputOver]);
}

function takeLine(text: string, transport: SessionTransport): void {
  try {
    transport.receive(readMessage(parseJson(text)));
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    transport.background?.answer(toRpcError(error));
  }
}

function tooLong(): RpcRefusal {
  const says = `Invalid request: the line exceeds ${maxLineBytes} bytes`;
  return new RpcRefusal(rpcCode.invalidRequest, 'too_large', says);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw parseError();
  }
}

function toOutlet(input: Readable, output: Writable): Background {
  const write = (message: unknown, onWritten?: () => void) => {
    if (!output.writable || output.write(`${onOneLine(message)}\n`, ifWritten(onWritten))) return;
    // A client that does not read is not read from: its answers would pile up here.
    if (input.isPaused()) return;
    input.pause();
    output.once('drain', () => input.resume());
  };
  return { answer: write, notify: (message) => write(message), drop: () => undefined, end: () => undefined };
}

/** What some readers of lines take for the end of one, although JSON leaves it as it is. */
const otherLineEnds = /[\u0085\u2028\u2029]/g;

/** Somebody else's message must not cut an answer in two, however the client reads lines. */
function onOneLine(message: unknown): string {
  return JSON.stringify(message).replace(otherLineEnds, (end) => {
    return `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Resolves at the first of these events, and keeps listening: an error that nobody listens to ends the process. */
function firstOf(stream: Readable | Writable, ...events: string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const event of events) stream.on(event, () => resolve());
  });
}

function flushed(output: Writable): Promise<void> {
  return new Promise((resolve) => (output.writable ? output.write('', () => resolve()) : resolve()));
}
