import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorStatus } from '../../src-shared/bridge-error.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { runCli, scratchDirectory } from './run-cli.ts';

const token = 'fictional-local-token';

/** Leaves a runtime file as a relay does. */
function announce(home: string, relay: { url: string; pid?: number }) {
  mkdirSync(join(home, 'runtime'), { recursive: true });
  const file = {
    pid: process.pid,
    version: '2.0.0',
    token,
    startedAt: '2026-01-31T08:15:00Z',
    db: '/x.db',
    ...relay,
  };
  writeFileSync(join(home, 'runtime', 'relay.json'), JSON.stringify(file), { mode: 0o600 });
}

async function listening(server: Server): Promise<AsyncDisposable & { port: number }> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** Stands in for a relay that gives one answer to the right request. */
function answering(status: number, body: unknown): RequestListener {
  return (request, response) => {
    const isRight =
      request.method === 'POST' &&
      request.url === '/api/reload' &&
      request.headers.authorization === `Bearer ${token}` &&
      request.headers['content-type'] === 'application/json';
    response.writeHead(isRight ? status : 418).end(JSON.stringify(body));
  };
}

describe('claude-bridge config reload', () => {
  it('asks the running relay, with its own token, and prints what changed', async () => {
    using home = scratchDirectory();
    const answer = { reloaded: { maxSse: [10, 20] }, unchanged_until_restart: ['host', 'port'] };
    await using relay = await listening(createServer(answering(200, answer)));
    announce(home.path, { url: `http://127.0.0.1:${relay.port}` });

    const result = await runCli(['config', 'reload'], { home: home.path });

    expect(result).toEqual({ code: 0, stdout: 'maxSse: 10 → 20\nafter a restart: host, port\n', stderr: '' });
  });

  it('says so when nothing changed', async () => {
    using home = scratchDirectory();
    await using relay = await listening(
      createServer(answering(200, { reloaded: {}, unchanged_until_restart: [] })),
    );
    announce(home.path, { url: `http://127.0.0.1:${relay.port}` });

    expect(await runCli(['config', 'reload'], { home: home.path })).toMatchObject({
      code: 0,
      stdout: 'nothing changed\n',
    });
  });

  it.skipIf(!hasOpenssl)('reaches a relay with a certificate that nobody signed', async () => {
    using home = scratchDirectory();
    const { certPath, keyPath } = makeCertificate({ dir: home.path, altNames: ['bridge.example'] });
    const server = createTlsServer(
      { cert: readFileSync(certPath), key: readFileSync(keyPath) },
      answering(200, { reloaded: {}, unchanged_until_restart: [] }),
    );
    await using relay = await listening(server);
    announce(home.path, { url: `https://127.0.0.1:${relay.port}` });

    expect(await runCli(['config', 'reload'], { home: home.path })).toEqual({
      code: 0,
      stdout: 'nothing changed\n',
      stderr: '',
    });
  });

  it.each([
    ['invalid_value', 2],
    ['storage_full', 4],
    ['shutting_down', 5],
    ['unauthorized', 6],
    ['missing_right', 6],
    ['not_found', 7],
    ['request_timeout', 8],
    ['conflict', 9],
    ['internal_error', 1],
  ] as const)('passes on the refusal of the relay: %s becomes exit code %i', async (refused, code) => {
    using home = scratchDirectory();
    const refusal = { error: 'this is the reason', code: refused, message: 'this is the reason' };
    await using relay = await listening(createServer(answering(errorStatus[refused], refusal)));
    announce(home.path, { url: `http://127.0.0.1:${relay.port}` });

    const result = await runCli(['config', 'reload'], { home: home.path });

    expect(result).toEqual({ code, stdout: '', stderr: 'error: this is the reason\n' });
  });

  it('ends with exit code 5 when no relay left a file', async () => {
    using home = scratchDirectory();
    const file = join(home.path, 'runtime', 'relay.json');
    expect(await runCli(['config', 'reload'], { home: home.path })).toEqual({
      code: 5,
      stdout: '',
      stderr: `error: no relay is running here (looked for ${file})\n`,
    });
  });

  it.each(['', '{}', 'null', '{"url": "file:///etc/passwd", "pid": 1}'])(
    'ends with exit code 5 when the file is damaged: %j',
    async (content) => {
      using home = scratchDirectory();
      mkdirSync(join(home.path, 'runtime'));
      writeFileSync(join(home.path, 'runtime', 'relay.json'), content);
      expect(await runCli(['config', 'reload'], { home: home.path })).toMatchObject({
        code: 5,
        stderr: expect.stringMatching(/^error: no relay is running here .*\n$/) as string,
      });
    },
  );

  it('sends nothing to whoever has the port now when the relay itself is gone', async () => {
    using home = scratchDirectory();
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(gone, 'exit');
    let asked = false;
    await using stranger = await listening(
      createServer((_, response) => {
        asked = true;
        response.end('{}');
      }),
    );
    announce(home.path, { url: `http://127.0.0.1:${stranger.port}`, pid: gone.pid ?? 0 });

    const result = await runCli(['config', 'reload'], { home: home.path });

    expect(result).toMatchObject({ code: 5, stderr: expect.stringContaining('no longer running') as string });
    expect(asked).toBe(false);
  });

  it('ends with exit code 5 and no secret when nobody listens', async () => {
    using home = scratchDirectory();
    const port = await listening(createServer()).then(async (server) => {
      await server[Symbol.asyncDispose]();
      return server.port;
    });
    announce(home.path, { url: `http://127.0.0.1:${port}` });

    const result = await runCli(['config', 'reload'], { home: home.path });

    expect(result).toEqual({
      code: 5,
      stdout: '',
      stderr: `error: no relay answers at http://127.0.0.1:${port}: the connection was refused; nothing listens there\n`,
    });
  });

  it('does not depend on settings being right', async () => {
    using home = scratchDirectory();
    const refusal = { error: 'config.json is not valid JSON', code: 'invalid_value' };
    await using relay = await listening(createServer(answering(400, refusal)));
    announce(home.path, { url: `http://127.0.0.1:${relay.port}` });
    writeFileSync(join(home.path, 'config.json'), '{');

    const result = await runCli(['config', 'reload'], { home: home.path });

    expect(result).toMatchObject({ code: 2, stderr: 'error: config.json is not valid JSON\n' });
  });
});
