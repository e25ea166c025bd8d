import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { markUnhurried } from '../../src-main/http/connections.ts';
import { Port } from '../../src-main/http/port.ts';
import { WebServer, type TlsMaterial } from '../../src-main/http/web-server.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { get } from '../support/http-client.ts';
import { scratchDirectory } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';

/** The server that is handed its connections instead of listening itself. */

const patience = {
  handshakeTimeout: 100,
  keepAliveTimeout: 60_000,
  headersTimeout: 100,
  requestTimeout: 100,
  connectionsCheckingInterval: 20,
};

async function serving(
  handle: RequestListener = (_request, response) => response.end('served'),
  tls?: TlsMaterial,
): Promise<{ port: number }> {
  const server = new WebServer({ handle, patience, tls });
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

/** Answers with the body, once it is there. */
const echo: RequestListener = (request, response) => {
  text(request).then(
    (body) => response.end(body),
    () => undefined,
  );
};

const slowBody = head('POST / HTTP/1.1', 'Host: localhost', 'Content-Length: 4');

test('7.5 so is one whose body does not come to an end', async () => {
  const slow = await RawConnection.open(await serving(echo));
  slow.write(`${slowBody}sl`);
  const [answer] = await slow.answers(1);
  expect(answer).toMatchObject({ status: 408, body: { code: 'request_timeout' } });
  await slow.closed;
});

test('but not one that was said to take its time', async () => {
  const target = await serving((request, response) => {
    if (request.url === '/slow') markUnhurried(request);
    echo(request, response);
  });
  const unhurried = await RawConnection.open(target);
  unhurried.write(`${slowBody.replace('/', '/slow')}sl`);
  // By the time that another one is cut off, this one would have been too.
  const slow = await RawConnection.open(target);
  slow.write(`${slowBody}sl`);
  await slow.closed;
  unhurried.write('ow');
  expect(await unhurried.answers(1)).toMatchObject([{ status: 200, text: 'slow' }]);
});

test.skipIf(!hasOpenssl)('7.9 a handshake that does not come to an end in time is cut off', async () => {
  const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
  const tls = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
  const target = await serving(undefined, tls);
  // Nothing at all, the beginning of a record, and a record that announces a longer greeting than comes.
  for (const begun of ['', '160301', '16030100050100020003']) {
    const stalled = await RawConnection.open(target);
    stalled.write(Buffer.from(begun, 'hex'));
    await stalled.closed;
    expect(stalled.received).toBe('');
  }
});
