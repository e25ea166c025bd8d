import { createServer, type AddressInfo, type Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** A port of 127.0.0.1, or of another address, that another program has until the test ends. */
export async function takenPort(port = 0, host = '127.0.0.1'): Promise<number> {
  const server = await listening(port, host);
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = await listening();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(port = 0, host = '127.0.0.1'): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(port, host, () => resolve(server));
  });
}
