import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BridgeError } from '../../src-shared/bridge-error.ts';
import { challenge } from '../security/credentials.ts';
import { discardBody } from './body.ts';

/** On every response: nothing is cached, guessed, framed or told to others (wire specification 3.13). */
export const securityHeaders: Readonly<Record<string, string>> = {
  Vary: 'Origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** Sent over TLS: one year, sub-domains included. */
export const strictTransport = 'max-age=31536000; includeSubDomains';

/** As names and values in turn, the form that Node writes out fastest. */
const fixedHeaders = Object.entries(securityHeaders).flat();

/**
 * Answers with compact JSON and an exact length. `res.json` would add an ETag and 4 µs to a 15 µs request.
 * @param headers further headers, names and values in turn
 */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: readonly string[] = [],
): void {
  const json = JSON.stringify(body);
  const bytes = Buffer.byteLength(json);
  response.writeHead(status, jsonHeaders(bytes, headers));
  response.end(json, encodingOf(json, bytes));
}

/**
 * Answers with JSON and calls back when all of it was handed to the system; never when the client was gone before, or
 * asked for the headers only.
 */
export function sendJsonThen(response: ServerResponse, body: unknown, onWritten: () => void): void {
  // The relay may have stopped waiting because the client did.
  if (response.destroyed) return;
  const json = JSON.stringify(body);
  const bytes = Buffer.byteLength(json);
  response.writeHead(200, jsonHeaders(bytes, []));
  if (response.req.method !== 'HEAD') {
    // The event `finish` also comes when the last write has failed; only this callback says which.
    response.write(json, encodingOf(json, bytes), (error) => {
      if (!error) onWritten();
    });
  }
  response.end();
}

/** Answers with the one shape that errors have, and with the headers that their codes call for. */
export function sendError(response: ServerResponse, error: BridgeError, extra: object = {}): void {
  sendJson(response, error.status, { ...error.toBody(), ...extra }, headersOf(error));
}

/**
 * Answers a request whose body is still coming. The connection cannot be used again, and it is closed only when the
 * rest has been thrown away: closing at once would take the answer from a client that is still writing.
 */
export function sendErrorEarly(
  request: IncomingMessage,
  response: ServerResponse,
  { error, extra = {} }: { error: BridgeError; extra?: object | undefined },
): void {
  const json = JSON.stringify({ ...error.toBody(), ...extra });
  response.setHeader('Connection', 'close');
  response.writeHead(error.status, jsonHeaders(Buffer.byteLength(json), headersOf(error)));
  response.write(json);
  discardBody(request, () => response.end());
}

/** How Node writes a text out: in ASCII there is nothing to encode, so it need not look for that again, as it does for UTF-8. */
function encodingOf(text: string, bytes: number): 'latin1' | 'utf8' {
  return bytes === text.length ? 'latin1' : 'utf8';
}

function jsonHeaders(bytes: number, further: readonly string[]): string[] {
  return ['Content-Type', 'application/json', 'Content-Length', String(bytes), ...fixedHeaders, ...further];
}

function headersOf(error: BridgeError): string[] {
  const headers: string[] = [];
  if (error.retryAfter !== undefined) headers.push('Retry-After', String(error.retryAfter));
  if (error.status === 401) headers.push('WWW-Authenticate', challenge);
  return headers;
}
