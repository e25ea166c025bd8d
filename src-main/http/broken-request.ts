import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { BridgeError, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { STATUS_CODES } from './node-http.ts';
import { securityHeaders, strictTransport } from './respond.ts';

/** Node's code for a request that has taken too long. */
export const requestTimeout = 'ERR_HTTP_REQUEST_TIMEOUT';

/** What Node's parser refuses, in our codes; the rest is a malformed request. */
const parserFaults: Partial<Record<string, [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'the request headers are too large'],
  [requestTimeout]: ['request_timeout', 'the request took too long to arrive'],
  HPE_UNEXPECTED_CONTENT_LENGTH: ['invalid_framing', 'the request has a contradictory Content-Length'],
  HPE_INVALID_CONTENT_LENGTH: ['invalid_framing', 'the request has an invalid Content-Length'],
  HPE_INVALID_TRANSFER_ENCODING: ['invalid_framing', 'the request has an invalid Transfer-Encoding'],
  HPE_INVALID_CHUNK_SIZE: ['invalid_framing', 'the request body is not validly chunked'],
};

/** What follows a request is not one: the request still gets its answer, and a stream ends without a foreign answer in it. */
export function finishAfterGarbage(response: ServerResponse, socket: Duplex): void {
  // What was written already is a refusal, perhaps, that has not left yet.
  if (response.headersSent) socket.end(() => socket.destroy());
  else response.shouldKeepAlive = false;
}

/**
 * Answers a request that never became one (wire specification 7.5). There is no response object, so the answer goes
 * straight to the socket.
 */
export function answerBrokenRequest(fault: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [code, sentence] = parserFaults[fault.code ?? ''] ?? [
    'invalid_request',
    'the request is not valid HTTP',
  ];
  const error = new BridgeError(code, sentence);
  const body = JSON.stringify(error.toBody());
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
      ...(socket instanceof TLSSocket ? [`Strict-Transport-Security: ${strictTransport}`] : []),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
