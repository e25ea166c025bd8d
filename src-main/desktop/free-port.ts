import { createServer } from 'node:net';

/** How many ports above a taken one are tried. */
const tries = 20;

/** Whether a program could listen there right now. */
function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `port` if it is free, else the next one that is; null if none is near. */
export async function nextFreePort(host: string, port: number): Promise<number | null> {
  for (let candidate = port; candidate < port + tries && candidate <= 65_535; candidate++) {
    if (await isPortFree(host, candidate)) return candidate;
  }
  return null;
}
