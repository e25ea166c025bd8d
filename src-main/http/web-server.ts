import { constants } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { answerBrokenRequest, finishAfterGarbage, requestTimeout } from './broken-request.ts';
import { Connections } from './connections.ts';
import { createServer } from './node-http.ts';

export interface TlsMaterial {
  cert: string | Buffer;
  key: string | Buffer;
}

/** Clients may not agree on new keys in the middle: that costs us more than them, and nobody needs it. */
const encryption = { minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION } as const;

/** How often connections that have become idle are closed while stopping, in ms. */
const closeIdleEveryMs = 25;

/** How long a client may take, in ms. */
const patience = {
  handshakeTimeout: 30_000,
  keepAliveTimeout: 30_000,
  headersTimeout: 30_000,
  /** For a whole request; an import may take longer. */
  requestTimeout: 60_000,
  /** How often the last two are looked at. */
  connectionsCheckingInterval: 15_000,
};

export interface WebServerParts {
  tls?: TlsMaterial | undefined;
  handle: RequestListener;
  patience?: typeof patience;
}

/** Speaks HTTP, or HTTPS, on the connections it is handed. */
export class WebServer {
  readonly #server: Server | SecureServer;
  readonly #connections: Connections;
  readonly #lookForOverdue: NodeJS.Timeout;
  #closing = false;

  constructor({ tls, handle, ...parts }: WebServerParts) {
    const limits = { ...patience, ...parts.patience };
    // A request without a Host is answered by the Host rule, in our error shape. Node's own limit for whole requests
    // knows no exceptions.
    const options = { requireHostHeader: false, ...limits, requestTimeout: 0 };
    const server = tls ? createSecureServer({ ...options, ...encryption, ...tls }) : createServer(options);
    this.#server = server;
    this.#connections = new Connections(server);
    const take: RequestListener = (request, response) => {
      this.#connections.took(response);
      if (this.#closing) response.shouldKeepAlive = false;
      handle(request, response);
    };
    server.on('request', take);
    // Expectations that we do not know are ignored, as RFC 9110 (10.1.1) allows: Node's own answer is not in our shape.
    server.on('checkExpectation', take);
    // Nothing can be said to those with whom no keys were agreed on. Node leaves it to us to close connections whose
    // handshake takes too long. First, so that what follows finds them closed.
    server.prependListener('tlsClientError', (_fault, socket: Socket) => socket.destroy());
    server.on('clientError', (fault, socket) => {
      const underWay = this.#connections.underWay(socket);
      if (underWay && (underWay.headersSent || underWay.req.complete)) finishAfterGarbage(underWay, socket);
      else answerBrokenRequest(fault, socket);
    });
    this.#lookForOverdue = setInterval(() => {
      for (const socket of this.#connections.overdue(limits.requestTimeout)) {
        server.emit('clientError', Object.assign(new Error('overdue'), { code: requestTimeout }), socket);
      }
    }, limits.connectionsCheckingInterval).unref();
    // Node's server enforces its time limits only from this event on, and it never listens by itself.
    server.emit('listening');
  }

  accept(socket: Socket): void {
    // An encrypted connection that the client has ended is of no further use.
    if (this.#isSecure) socket.allowHalfOpen = false;
    this.#server.emit('connection', socket);
  }

  /** Uses another certificate for new connections. */
  useCertificate(tls: TlsMaterial): void {
    if ('setSecureContext' in this.#server) {
      this.#server.setSecureContext({ ...encryption, ...tls });
    }
  }

  /** Closes the connections that `which` names; see `Connections.retire`. */
  retire(which: (socket: Socket) => boolean, deadlineMs: number): void {
    this.#connections.retire(which, deadlineMs);
  }

  /** Answers what is under way, closes each connection with it, and those left over after `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    this.#closing = true;
    this.#connections.windDown();
    const idle = setInterval(() => this.#server.closeIdleConnections(), closeIdleEveryMs);
    const deadline = setTimeout(() => this.#connections.destroyAll(), deadlineMs);
    await this.#connections.none();
    clearInterval(idle);
    clearTimeout(deadline);
    clearInterval(this.#lookForOverdue);
    this.#server.close();
  }

  get #isSecure(): boolean {
    return 'setSecureContext' in this.#server;
  }
}
