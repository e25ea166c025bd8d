import type { Socket } from 'node:net';

/** Connections on which nothing has come so far, so that nobody knows what their clients speak. */
export class Newcomers {
  readonly #patienceMs: number;
  readonly #waiting = new Set<Socket>();

  /** @param patienceMs how long a client may take for its first byte */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Calls `serve` with the first byte when it has come. It stays on the connection, with whatever came with it. */
  greet(socket: Socket, serve: (first: number) => void): void {
    this.#waiting.add(socket);
    const leave = () => void socket.destroy();
    const patience = setTimeout(leave, this.#patienceMs).unref();
    const onClose = () => {
      clearTimeout(patience);
      this.#waiting.delete(socket);
    };
    socket.on('error', leave).once('close', onClose);
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer | null;
      const first = bytes?.[0];
      // It ended before it began.
      if (bytes === null || first === undefined) {
        leave();
        return;
      }
      onClose();
      socket.off('close', onClose).off('error', leave);
      socket.unshift(bytes);
      serve(first);
    });
  }

  /** Closes those that `which` names: nothing is under way on them. */
  dismiss(which: (socket: Socket) => boolean = () => true): void {
    for (const socket of this.#waiting) if (which(socket)) socket.destroy();
  }
}
