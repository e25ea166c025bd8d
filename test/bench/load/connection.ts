import { connect, type Socket } from 'node:net';

export interface Address {
  host: string;
  port: number;
}

/**
 * A raw connection. All connections of the process read into one buffer, because each read is used up before the next:
 * the load generator should cost the machine as little as possible.
 * @param onData gets the shared buffer and the number of bytes in it
 */
export function openConnection(
  address: Address,
  onData: (buffer: Buffer, bytes: number) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...address,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (bytes) => {
          onData(shared, bytes);
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

const shared = Buffer.alloc(256 * 1024);
