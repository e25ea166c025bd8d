import { expect, onTestFinished, test } from 'vitest';
import { Port } from '../../src-main/http/port.ts';
import { WebServer } from '../../src-main/http/web-server.ts';
import { get } from '../support/http-client.ts';
import { RawConnection } from '../support/raw-http.ts';

/** The server that is handed its connections instead of listening itself. */

const patience = {
  keepAliveTimeout: 60_000,
  headersTimeout: 100,
  requestTimeout: 100,
  connectionsCheckingInterval: 20,
};

async function serving(): Promise<{ port: number }> {
  const server = new WebServer({ handle: (_request, response) => response.end('served'), patience });
  const port = await Port.bind(
    { host: '127.0.0.1', port: 0 },
    { take: (socket) => server.accept(socket), onError: () => undefined },
  );
  onTestFinished(async () => {
    port.close();
    await server.close(0);
  });
  return { port: port.number };
}

test('7.5 a request that does not come to an end in time is told so and cut off', async () => {
  const target = await serving();
  expect((await get(target, '/')).text).toBe('served');
  const slow = await RawConnection.open(target);
  slow.write('GET / HTTP/1.1\r\nHost: local');
  const [answer] = await slow.answers(1);
  expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
  await slow.closed;
});
