import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Responses that go on until somebody ends them. */
const openEnded = new WeakSet<ServerResponse>();

/** Says that a response is a stream: when its connection has to go, it is ended and not waited for. */
export function markOpenEnded(response: ServerResponse): void {
  openEnded.add(response);
}

/** Requests that may take as long as they need. */
const unhurried = new WeakSet<IncomingMessage>();

/** Takes the limit for the arrival of a whole request off one whose body may be of any size. */
export function markUnhurried(request: IncomingMessage): void {
  unhurried.add(request);
}

/** Puts the limit back. */
export function unmarkUnhurried(request: IncomingMessage): void {
  unhurried.delete(request);
}

/**
 * The open connections of a server. Node keeps such a list, too, but without those whose TLS handshake has not come
 * to an end, and without the responses on them.
 */
export class Connections {
  readonly #sockets = new Set<Socket>();
  /** By connection, the response to its newest request. Encrypted ones have a socket above that of the network. */
  readonly #newest = new Map<Duplex, ServerResponse>();
  /** When a request was first found not to be complete, in ms of the monotonic clock. */
  readonly #incompleteSince = new WeakMap<ServerResponse, number>();
  #onceNone: () => void = () => undefined;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (this.#sockets.size === 0) this.#onceNone();
      });
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

  /**
   * The connections whose newest request has been under way for longer than `limitMs`, as far as earlier calls have
   * seen it: to be asked now and then.
   */
  overdue(limitMs: number): Duplex[] {
    const now = performance.now();
    const found: Duplex[] = [];
    for (const [socket, response] of this.#newest) {
      if (response.req.complete || unhurried.has(response.req)) continue;
      const since = this.#incompleteSince.get(response);
      if (since === undefined) this.#incompleteSince.set(response, now);
      else if (now - since >= limitMs) found.push(socket);
    }
    return found;
  }

  /** Closes connections on which nothing has ever come, and has the others closed once their answers are sent. */
  windDown(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    for (const response of this.#newest.values()) {
      if (!response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /**
   * Closes the connections that `which` names: at once where nothing is under way or a stream is, else once the answer
   * is sent, in any case after `deadlineMs`.
   */
  retire(which: (socket: Socket) => boolean, deadlineMs: number): void {
    const leaving = [...this.#sockets].filter(which);
    for (const socket of leaving) if (socket.bytesRead === 0) socket.destroy();
    for (const response of this.#newest.values()) {
      const { socket } = response.req;
      if (!which(socket)) continue;
      if (response.writableEnded) socket.destroySoon();
      else if (openEnded.has(response)) response.end(() => socket.destroySoon());
      else response.shouldKeepAlive = false;
    }
    const deadline = setTimeout(() => leaving.forEach((socket) => socket.destroy()), deadlineMs);
    deadline.unref();
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    if (this.#sockets.size > 0) await new Promise<void>((resolve) => (this.#onceNone = resolve));
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
