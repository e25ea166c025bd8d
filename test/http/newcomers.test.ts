import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Newcomers } from '../../src-main/http/newcomers.ts';
import { Port } from '../../src-main/http/port.ts';
import { RawConnection } from '../support/raw-http.ts';

/** Who waits for the first byte of connections. */

async function waiting({ patienceMs = 60_000 } = {}): Promise<{
  target: { port: number };
  newcomers: Newcomers;
  served: { first: number; socket: Socket }[];
}> {
  const newcomers = new Newcomers(patienceMs);
  const served: { first: number; socket: Socket }[] = [];
  const port = await Port.bind(
    { host: '127.0.0.1', port: 0 },
    {
      take: (socket) => newcomers.greet(socket, (first) => void served.push({ first, socket })),
      onError: () => undefined,
    },
  );
  onTestFinished(() => {
    port.close();
    newcomers.dismiss();
    for (const { socket } of served) socket.destroy();
  });
  return { target: { port: port.number }, newcomers, served };
}

test('what came first stays on the connection, which is nobody else’s business from then on', async () => {
  const { target, newcomers, served } = await waiting();
  const client = await RawConnection.open(target);
  client.write('hello');
  await expect.poll(() => served.length).toBe(1);
  const [{ first, socket } = {}] = served;
  expect(first).toBe('h'.charCodeAt(0));
  newcomers.dismiss();
  const [bytes] = (await once(socket ?? expect.unreachable(), 'data')) as [Buffer];
  expect(bytes.toString()).toBe('hello');
  socket?.end('and good bye');
  await client.closed;
  expect(client.received).toBe('and good bye');
});

test('who says nothing is shown out in time', async () => {
  const { target, served } = await waiting({ patienceMs: 50 });
  const client = await RawConnection.open(target);
  await client.closed;
  expect(served).toEqual([]);
});

test('who has said nothing when it ends is dismissed', async () => {
  const { target, newcomers } = await waiting();
  const client = await RawConnection.open(target);
  // The server may not have accepted it yet: then it is dismissed with the next call.
  const again = setInterval(() => newcomers.dismiss(), 5);
  onTestFinished(() => clearInterval(again));
  await client.closed;
  expect(client.received).toBe('');
});
