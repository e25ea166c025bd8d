import type { Socket } from 'node:net';
import { type Address, openConnection } from './connection.ts';

const headEnd = '\r\n\r\n';

/** Opens an event stream. Resolves when its head has come, so that nothing sent afterwards is missed. */
export async function openStream(
  address: Address,
  request: string,
  onData: (buffer: Buffer, bytes: number) => void,
): Promise<Socket> {
  const head = Promise.withResolvers<undefined>();
  let open = false;
  const socket = await openConnection(address, (buffer, bytes) => {
    if (open) {
      onData(buffer, bytes);
      return;
    }
    const text = buffer.toString('latin1', 0, bytes);
    if (!text.startsWith('HTTP/1.1 200')) head.reject(new Error(`a stream was refused: ${text}`));
    open = true;
    head.resolve(undefined);
    // The first event may come together with the head.
    const begin = text.indexOf(headEnd) + headEnd.length;
    if (bytes > begin) onData(buffer.subarray(begin), bytes - begin);
  });
  socket.once('error', head.reject);
  socket.write(request);
  await head.promise;
  return socket;
}
