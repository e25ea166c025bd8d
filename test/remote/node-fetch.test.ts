import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { nodeFetch } from '../../src-main/remote/node-fetch.ts';
import { readFingerprint } from '../../src-main/remote/trust.ts';
import { hasOpenssl, makeCertificate, type MadeCertificate } from '../support/certificates.ts';
import { scratchDirectory } from '../support/program.ts';

const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    response.writeHead(201, { 'X-Method': request.method ?? '', 'Set-Cookie': ['a=1', 'b=2'] });
    response.end(JSON.stringify({ body, headers: request.headers }));
  });
};

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('without TLS', () => {
  const fetch = nodeFetch({ kind: 'system' }, { silenceMs: 100 });

  test('it carries method, headers and body, and brings the response', async () => {
    const port = await listening(createServer(echo));
    const response = await fetch(`http://127.0.0.1:${port}/x`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer fictional' },
      body: '{"é":1}',
    });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-method')).toBe('POST');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const headers = { authorization: 'Bearer fictional', 'content-length': '8' };
    expect(await response.json()).toMatchObject({ body: '{"é":1}', headers });
  });

  test('it streams a body that is a stream', async () => {
    const port = await listening(createServer(echo));
    const body = new Blob(['one', 'two']).stream();
    const init = { method: 'POST', body, duplex: 'half' } as const;
    const response = await fetch(`http://127.0.0.1:${port}/`, init);
    expect(await response.json()).toMatchObject({ body: 'onetwo' });
  });

  test('a connection that is refused says so, and that nothing arrived', async () => {
    const server = createServer(echo);
    const port = await listening(server);
    server.close();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      message: expect.stringContaining('refused') as string,
      mayHaveArrived: false,
    });
  });

  test('a connection that breaks off before the answer says that the request may have arrived', async () => {
    const port = await listening(createServer((request) => request.socket.destroy()));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ mayHaveArrived: true });
  });

  test('a body that breaks off fails where it is read', async () => {
    const port = await listening(
      createServer((_request, response) => {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('half', () => response.destroy());
      }),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await expect(response.text()).rejects.toMatchObject({ name: 'NoConnection', mayHaveArrived: true });
  });

  test('a server that falls silent is given up', async () => {
    const port = await listening(createServer((_request, response) => void response.write('…')));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await expect(response.text()).rejects.toThrow();
    const silent = await listening(createServer(() => undefined));
    await expect(fetch(`http://127.0.0.1:${silent}/`)).rejects.toThrow(/nothing came/);
  });

  test('a server that does not begin to answer is given up sooner than one that has begun', async () => {
    const impatient = nodeFetch({ kind: 'system' }, { silenceMs: 60_000, headMs: 100 });
    const finish = Promise.withResolvers<undefined>();
    const begun = await listening(
      createServer((_request, response) => {
        response.flushHeaders();
        void finish.promise.then(() => response.end('done'));
      }),
    );
    const response = await impatient(`http://127.0.0.1:${begun}/`);
    const silent = await listening(createServer(() => undefined));
    await expect(impatient(`http://127.0.0.1:${silent}/`)).rejects.toMatchObject({
      message: 'nothing came for 0 s',
      mayHaveArrived: true,
    });
    finish.resolve(undefined);
    expect(await response.text()).toBe('done');
  });

  test('a redirect is not followed', async () => {
    const port = await listening(
      createServer((_request, response) => void response.writeHead(302, { Location: '/' }).end()),
    );
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow(/redirect/);
  });

  test('it ends with the reason of its signal, before and within the answer', async () => {
    const port = await listening(createServer((_request, response) => void response.write('…')));
    const reason = new Error('enough');
    await expect(fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const stopping = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: stopping.signal });
    stopping.abort(reason);
    await expect(response.text()).rejects.toThrow();
  });
});

describe.skipIf(!hasOpenssl)('over TLS', () => {
  let made: MadeCertificate;
  let fingerprint: string;
  let pem: string;

  beforeAll(() => {
    made = makeCertificate({ dir: scratchDirectory(), altNames: ['bridge.example', '127.0.0.1'] });
    pem = readFileSync(made.certPath, 'utf8');
    fingerprint = new X509Certificate(pem).fingerprint256;
  });

  /** A server that counts its requests. */
  async function startTls(): Promise<{ url: string; requests: () => number }> {
    let requests = 0;
    const server = createTlsServer({ cert: pem, key: readFileSync(made.keyPath) }, (request, response) => {
      requests++;
      echo(request, response);
    });
    const port = await listening(server);
    onTestFinished(() => server.closeAllConnections());
    return { url: `https://127.0.0.1:${port}/`, requests: () => requests };
  }

  test('a self-signed certificate is taken by its fingerprint, again and again', async () => {
    const { url } = await startTls();
    const fetch = nodeFetch({ kind: 'fingerprint', fingerprint });
    for (let i = 0; i < 3; i++) expect((await fetch(url)).status).toBe(201);
    // Two at once cannot share a connection.
    const [one, two] = await Promise.all([fetch(url), fetch(url)]);
    expect([one.status, two.status]).toEqual([201, 201]);
  });

  test('by its authority', async () => {
    const { url } = await startTls();
    expect((await nodeFetch({ kind: 'authority', pem })(url)).status).toBe(201);
  });

  test('and on loopback without either', async () => {
    const { url } = await startTls();
    expect((await nodeFetch({ kind: 'loopback' })(url)).status).toBe(201);
  });

  test('another certificate gets no request, and the error names its fingerprint', async () => {
    const { url, requests } = await startTls();
    const other = `00${fingerprint.slice(2)}`;
    await expect(nodeFetch({ kind: 'fingerprint', fingerprint: other })(url)).rejects.toMatchObject({
      message: expect.stringContaining(fingerprint) as string,
      mayHaveArrived: false,
    });
    await expect(nodeFetch({ kind: 'system' })(url)).rejects.toMatchObject({
      message: expect.stringContaining('--fingerprint') as string,
      mayHaveArrived: false,
    });
    expect(requests()).toBe(0);
  });
});

test.each([
  ['AB:'.repeat(31) + 'AB', true],
  ['ab'.repeat(32), true],
  [` sha256:${'ab'.repeat(32)}\n`, true],
  [`SHA256 Fingerprint=${'AB:'.repeat(31)}AB`, true],
  ['ab'.repeat(31), false],
  ['xy'.repeat(32), false],
])('a fingerprint is read as people copy it: %j', (written, valid) => {
  expect(readFingerprint(written)).toBe(valid ? `${'AB:'.repeat(31)}AB` : undefined);
});
