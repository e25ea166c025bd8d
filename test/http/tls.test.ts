import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RefusalsResponse } from '../../src-shared/api/refusals.ts';
import { hasOpenssl, makeCertificate, type MadeCertificate } from '../support/certificates.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { head, type RawAnswer, RawConnection } from '../support/raw-http.ts';
import { secureCall } from '../support/secure-call.ts';
import { expectError } from './expect-answer.ts';

async function onlyAnswer(connection: RawConnection): Promise<RawAnswer> {
  const [answer] = await connection.answers(1);
  if (!answer) throw new Error('the relay closed the connection without an answer');
  return answer;
}

describe.skipIf(!hasOpenssl)('over TLS', () => {
  const hsts = 'max-age=31536000; includeSubDomains';
  let dir: string;
  let relay: Relay;
  let ca: Buffer;

  beforeAll(async () => {
    dir = scratchDirectory();
    const made = makeCertificate({ dir });
    use(made);
    ca = readFileSync(made.certPath);
    relay = await startRelay({
      args: ['--tls-cert', join(dir, 'cert.pem'), '--tls-key', join(dir, 'key.pem')],
    });
  });

  function use({ certPath, keyPath }: MadeCertificate): void {
    copyFileSync(certPath, join(dir, 'cert.pem'));
    copyFileSync(keyPath, join(dir, 'key.pem'));
  }

  function call(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: unknown } = {},
  ) {
    return secureCall(relay, path, { ca, method, ...options });
  }

  function handshake(options: ConnectionOptions): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: relay.port, ca, ...options });
      socket.once('secureConnect', () => resolve(socket)).once('error', reject);
    });
  }

  test('everything works as without it', async () => {
    const body = { channel: 'tls', sender: 's', content: 'c' };
    expect((await call('POST', '/api/send', { body })).status).toBe(200);
    expect((await call('GET', '/api/messages?channel=tls')).body).toMatchObject({
      messages: [{ preview: 'c' }],
    });
    const own = { Origin: `https://127.0.0.1:${relay.port}`, 'Content-Type': 'application/json' };
    expect((await call('POST', '/api/clear', { body: { channel: 'tls' }, headers: own })).status).toBe(200);
    const plain = { ...own, Origin: `http://127.0.0.1:${relay.port}` };
    expectError(
      await call('POST', '/api/clear', { body: {}, headers: plain }),
      403,
      'origin_not_allowed',
      'Origin',
    );
  });

  test('every answer asks browsers to stay with it', async () => {
    for (const [path, headers] of [
      ['/status', {}],
      ['/nowhere', {}],
      ['/api/state', { 'X-Forwarded-For': '203.0.113.9' }],
      ['/status', { Host: 'rebound.example' }],
    ] as const) {
      expect((await call('GET', path, { headers })).headers['strict-transport-security']).toBe(hsts);
    }
    const connection = new RawConnection(await handshake({}));
    connection.write('garbage\r\n\r\n');
    const [answer] = await connection.answers(1);
    expect(answer).toMatchObject({ status: 400, headers: { 'strict-transport-security': hsts } });
  });

  test('TLS 1.2 is the oldest version', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    // Old versions need old ciphers on the client's side, so that it is the relay that says no.
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(handshake(old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });

  /** Agreeing on new keys in the middle costs the relay more than who asks for it. */
  async function expectNoRenegotiation(): Promise<void> {
    const socket = await handshake({ maxVersion: 'TLSv1.2' });
    const refused = new Promise((_resolve, reject) => socket.once('error', reject));
    socket.renegotiate({}, () => undefined);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_SSL_NO_RENEGOTIATION' });
  }

  test('nobody agrees on new keys in the middle', expectNoRenegotiation);

  test('plain HTTP is told to encrypt, whatever it asks for, and listed among those who were refused', async () => {
    for (const [path, body] of [
      ['/status', ''],
      ['/mcp', '{"jsonrpc": "2.0", "id": 1, "method": "ping"}'],
    ] as const) {
      const connection = await RawConnection.open(relay);
      const request = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Authorization: Bearer orchid-7'] as const;
      connection.write(head(...request, `Content-Length: ${body.length}`) + body);
      const answer = await onlyAnswer(connection);
      await connection.closed;
      expectError(answer, 400, 'tls_required');
      expect(answer.headers).not.toHaveProperty('strict-transport-security');
    }
    const headers = { Authorization: `Bearer ${relay.localToken}` };
    const { refusals } = (await call('GET', '/api/refusals', { headers })).body as RefusalsResponse;
    expect(refusals.slice(0, 2)).toMatchObject([
      { code: 'tls_required', path: '/mcp', with_credential: true },
      { code: 'tls_required', path: '/status' },
    ]);
    const url = `http://127.0.0.1:${relay.port}`;
    expect(await runProgram(['status', '--url', url])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('https://') as string,
    });
  });

  test('a request may come bit by bit, and a connection may end before it begins', async () => {
    const plain = await RawConnection.open(relay);
    for (const bit of head('GET /status HTTP/1.1', 'Host: localhost')) {
      plain.write(bit);
      await new Promise(setImmediate);
    }
    expectError(await onlyAnswer(plain), 400, 'tls_required');
    const silent = await RawConnection.open(relay);
    silent.close();
    await silent.closed;
    expect((await call('GET', '/status')).status).toBe(200);
  });

  test('the runtime file says https, and config reload finds the relay', async () => {
    expect(relay.url).toBe(`https://127.0.0.1:${relay.port}`);
    expect(await runProgram(['config', 'reload'], { home: relay.home })).toMatchObject({
      code: 0,
      stdout: 'nothing changed\n',
    });
  });

  test('new files are used for new connections, open ones go on', async () => {
    const before = await handshake({});
    const renewed = makeCertificate({ dir });
    use(renewed);
    await relay.logged('the certificate was replaced');
    await expect(handshake({})).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    ca = readFileSync(renewed.certPath);
    expect((await call('GET', '/status')).status).toBe(200);
    const connection = new RawConnection(before);
    connection.write(head('GET /status HTTP/1.1', 'Host: localhost'));
    expect((await connection.answers(1))[0]?.status).toBe(200);
    connection.close();
    await expectNoRenegotiation();
  });

  test('a certificate that ends within 14 days is warned about', async () => {
    const { certPath, keyPath } = makeCertificate({ dir, days: 5 });
    await using ending = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    expect(ending.stdout).toMatch(/⚠ the certificate in .* expires in 5 days, on \d{4}-\d\d-\d\d/);
  });

  test('handshakes that fail are no failures of the relay', () => {
    expect(relay.stderr).not.toMatch(/"level":(50|60)/);
  });
});
