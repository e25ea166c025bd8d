import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { BridgeError, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { Connections } from './connections.ts';
import { securityHeaders, strictTransport } from './respond.ts';

export interface ListenOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  tls?: TlsMaterial | undefined;
  handle: RequestListener;
}

export interface TlsMaterial {
  cert: string | Buffer;
  key: string | Buffer;
}

export interface Listener {
  /** The address and port that were bound. */
  readonly address: string;
  readonly port: number;
  /** Serves new connections with another certificate. */
  useCertificate(tls: TlsMaterial): void;
  /** Takes no further connections and waits for open requests, at most `deadlineMs`. */
  close(deadlineMs: number): Promise<void>;
}

/** How often connections that have become idle are closed while stopping, in ms. */
const closeIdleEveryMs = 25;

/** Binds the port. @throws BridgeError `port_unavailable` with the reason */
export async function listen({ host, port, tls, handle }: ListenOptions): Promise<Listener> {
  const options = {
    // A request without a Host is answered by the Host rule, in our error shape.
    requireHostHeader: false,
    keepAliveTimeout: 30_000,
    headersTimeout: 30_000,
    requestTimeout: 60_000,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tls, minVersion: 'TLSv1.2' })
    : createServer(options);
  const connections = new Connections(server);
  let stopping = false;
  const take: RequestListener = (request, response) => {
    connections.took(response);
    if (stopping) response.shouldKeepAlive = false;
    handle(request, response);
  };
  server.on('request', take);
  // Expectations that we do not know are ignored, as RFC 9110 (10.1.1) allows: Node's own answer is not in our shape.
  server.on('checkExpectation', take);
  server.on('clientError', (fault, socket) => {
    const underWay = connections.underWay(socket);
    if (underWay && (underWay.headersSent || underWay.req.complete)) {
      finishAfterGarbage(underWay, socket);
    } else {
      answerBrokenRequest(fault, socket);
    }
  });
  await bind(server, host, port);
  const { address, port: boundPort } = server.address() as AddressInfo;
  return {
    address,
    port: boundPort,
    useCertificate: (next) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...next, minVersion: 'TLSv1.2' });
    },
    close: async (deadlineMs) => {
      stopping = true;
      connections.windDown();
      await closeServer(server, { connections, deadlineMs });
    },
  };
}

function bind(server: Server | SecureServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentence = `cannot listen on ${host} port ${port}: ${reason(error)}`;
      reject(new BridgeError('port_unavailable', sentence, { cause: error }));
    });
    server.listen({ host, port }, resolve);
  });
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'the port is in use by another program (choose another with --port)';
    case 'EACCES':
      return 'this port needs administrator rights (choose one above 1023 with --port)';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address (see --host)';
    case 'ENOTFOUND':
      return 'the host name cannot be resolved (see --host)';
    default:
      return error.message;
  }
}

async function closeServer(
  server: Server | SecureServer,
  { connections, deadlineMs }: { connections: Connections; deadlineMs: number },
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  const deadline = setTimeout(() => connections.destroyAll(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}

/** What Node's parser refuses, in our codes; the rest is a malformed request. */
const parserFaults: Partial<Record<string, [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'the request headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'the request took too long to arrive'],
  HPE_UNEXPECTED_CONTENT_LENGTH: ['invalid_framing', 'the request has a contradictory Content-Length'],
  HPE_INVALID_CONTENT_LENGTH: ['invalid_framing', 'the request has an invalid Content-Length'],
  HPE_INVALID_TRANSFER_ENCODING: ['invalid_framing', 'the request has an invalid Transfer-Encoding'],
  HPE_INVALID_CHUNK_SIZE: ['invalid_framing', 'the request body is not validly chunked'],
};

/** What follows a request is not one: the request still gets its answer, and a stream ends without a foreign answer in it. */
function finishAfterGarbage(response: ServerResponse, socket: Duplex): void {
  if (response.headersSent) socket.destroy();
  else response.shouldKeepAlive = false;
}

/**
 * Answers a request that never became one (wire specification 7.5). There is no response object, so the answer goes
 * straight to the socket.
 */
function answerBrokenRequest(fault: Error & { code?: string }, socket: Duplex): void {
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
