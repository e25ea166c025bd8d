import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a relay on which traffic stops without a word: what comes later is swallowed, and the connections stay open. */
export interface StallingProxy extends AsyncDisposable {
  readonly url: string;
  /** Resolves as soon as a byte was swallowed. */
  readonly stalled: Promise<void>;
}

export interface Limits {
  /** How many bytes of each connection reach the relay. */
  up?: number;
  /** How many come back. */
  down?: number;
  /** That the relay has closed a connection does not reach the client either. */
  hidesEnd?: boolean;
}

export async function stallingProxy(
  { port }: { port: number },
  { up = Infinity, down = Infinity, hidesEnd = false }: Limits,
): Promise<StallingProxy> {
  let stall: () => void = () => undefined;
  const stalled = new Promise<void>((resolve) => (stall = resolve));
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const relay = connect(port, '127.0.0.1');
    forward(client, relay, up, stall);
    forward(relay, client, down, stall);
    for (const socket of [client, relay]) {
      sockets.add(socket);
      // Who is killed may not say goodbye.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        if (socket === client || !hidesEnd) client.destroy();
        relay.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stalled,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

function forward(from: Socket, to: Socket, limit: number, stall: () => void): void {
  let left = limit;
  from.on('data', (chunk) => {
    if (left > 0) to.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left < 0) stall();
  });
}
