import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * The open connections of a server. Node keeps such a list, too, but without those whose TLS handshake has not come
 * to an end, and without the responses on them.
 */
export class Connections {
  readonly #sockets = new Set<Socket>();
  /** By connection, the response to its newest request. */
  readonly #newest = new Map<Duplex, ServerResponse>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** A request has come in, and this is its response. */
  took(response: ServerResponse): void {
    const { socket } = response.req;
    if (!this.#newest.has(socket)) socket.once('close', () => this.#newest.delete(socket));
    this.#newest.set(socket, response);
  }

  /** The response to the newest request on a connection, if it is still being made. */
  underWay(socket: Duplex): ServerResponse | undefined {
    const response = this.#newest.get(socket);
    return response?.writableEnded === false ? response : undefined;
  }

  /** Closes connections on which nothing has ever come, and has the others closed once their answers are sent. */
  windDown(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    for (const response of this.#newest.values()) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
