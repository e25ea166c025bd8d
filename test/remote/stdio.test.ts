import { type AddressInfo, createServer } from 'node:net';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AgentsResponse } from '../../src-shared/api/agents.ts';
import { connectHttp, contentsOf } from '../mcp/sdk-client.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, get, list, send, state } from '../support/http-client.ts';
import { runProgram, scratchDirectory, spawnProgram, startRelay, type Relay } from '../support/program.ts';
import { startRemoteAgent } from './remote-agent.ts';

const bob = { channel: 'demo:inbox', consumer_id: 'bob' };

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

/** The same relay once more: same port, same data. */
function startAgain({ port, home }: Relay): Promise<Relay> {
  return startRelay({ home, args: ['--port', String(port)] });
}

async function waiters(relay: Relay, count: number): Promise<void> {
  await expect.poll(async () => (await state(relay)).waiters, { timeout: 10_000 }).toBe(count);
}

describe('claude-bridge --stdio --url', () => {
  test('serves the tools of the relay, and tells it who calls', async () => {
    const relay = await startRelay();
    const { client, call } = await startRemoteAgent(`${relay.url}/mcp`, { name: 'orion-agent' });
    const direct = await connectHttp(new URL('/mcp', relay.url));
    expect(await client.listTools()).toEqual(await direct.client.listTools());
    expect(client.getInstructions()).toBe(direct.client.getInstructions());

    await call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: 'hello' });
    expect(contentsOf(await call('bridge_receive', bob))).toEqual(['hello']);
    const agents = (await get(relay, '/api/agents')).body as AgentsResponse;
    const orion = agents.agents.find(({ name }) => name === 'orion');
    expect(orion?.client).toEqual({ name: 'orion-agent', version: '0.1' });
    // An error of the relay is what it was, and so is a tool that there is not.
    const refused = await call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: '' });
    expect(refused).toMatchObject({ isError: true, structured: { code: 'required', field: 'content' } });
    expect(await call('bridge_none')).toMatchObject({ isError: true, structured: { code: 'not_found' } });
  });

  test('answers before there is a relay, and reaches it as soon as there is one', async () => {
    const port = await freePort();
    const { client, call } = await startRemoteAgent(`http://127.0.0.1:${port}`);
    expect((await client.listTools()).tools).toHaveLength(8);
    const early = await call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: 'early' });
    expect(early).toMatchObject({
      isError: true,
      structured: { code: 'unreachable', outcome: 'not_done', relay: `http://127.0.0.1:${port}` },
    });
    expect(early.structured['tries']).toBeGreaterThan(0);
    expect(early.text).toContain('Nothing was sent.');
    expect(early.text).toContain(String(early.structured['message']));

    const late = call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: 'late' });
    const relay = await startRelay({ args: ['--port', String(port)] });
    expect(await late).toMatchObject({ isError: false });
    expect((await list(relay, 'demo:inbox')).messages).toHaveLength(1);
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'a wait goes on when the relay is ended by %s and started anew',
    async (signal) => {
      const relay = await startRelay();
      const { call } = await startRemoteAgent(relay.url);
      const waiting = call('bridge_wait', { ...bob, timeout_seconds: 60 });
      await waiters(relay, 1);
      relay.signal(signal);
      await relay.exited;
      const again = await startAgain(relay);
      await waiters(again, 1);
      await send(again, { channel: 'demo:inbox', content: 'at last' });
      const answer = await waiting;
      expect(answer).toMatchObject({ isError: false, structured: { timed_out: false } });
      expect(contentsOf(answer)).toEqual(['at last']);
    },
  );

  test('a wait lasts as long as it was asked to, also over a restart', async () => {
    const relay = await startRelay();
    const { call } = await startRemoteAgent(relay.url);
    const began = performance.now();
    const waiting = call('bridge_wait', { ...bob, timeout_seconds: 6 });
    await waiters(relay, 1);
    await relay.kill();
    await startAgain(relay);
    expect((await waiting).structured).toMatchObject({ timed_out: true, warning: null });
    expect(performance.now() - began).toBeGreaterThan(5_900);
    // Neither is a whole number of milliseconds.
    for (const timeout_seconds of [0.0011, 1.6e-183]) {
      const short = await call('bridge_wait', { ...bob, timeout_seconds });
      expect(short).toMatchObject({ isError: false, structured: { timed_out: true } });
    }
  });

  test('sends survive kills: none is lost, none is stored twice', { timeout: 60_000 }, async () => {
    let relay = await startRelay();
    const { call } = await startRemoteAgent(relay.url);
    const contents = Array.from({ length: 300 }, (_, i) => `message ${i}`);
    let answered = 0;
    const worker = async (queue: Iterator<string>) => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        // One that outlasts the patience of a call is repeated with the key that its answer names.
        let key: unknown;
        for (let sent = false; !sent;) {
          const answer = await call('bridge_send', {
            channel: 'demo:inbox',
            sender: 'orion',
            content: next.value,
            idempotency_key: key,
          });
          key = answer.structured['idempotency_key'];
          sent = !answer.isError;
        }
        answered++;
      }
    };
    const queue = contents.values();
    const done = Promise.all(Array.from({ length: 4 }, () => worker(queue)));
    for (const at of [40, 160]) {
      await expect.poll(() => answered, { interval: 1, timeout: 20_000 }).toBeGreaterThan(at);
      await relay.kill();
      relay = await startAgain(relay);
    }
    await done;
    const { messages } = await list(relay, 'demo:inbox', { limit: '500', full: '1' });
    expect(messages.map(({ content }) => content).sort()).toEqual(contents.toSorted());
  });

  test('a thousand quick calls at once are all answered', async () => {
    const relay = await startRelay();
    const { call } = await startRemoteAgent(relay.url);
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: String(i) }),
      ),
    );
    expect(new Set(answers.map(({ structured }) => structured['id'])).size).toBe(1_000);
    expect((await state(relay)).total_messages).toBe(1_000);
  });

  test('a wait that is cancelled frees its place at the relay', async () => {
    const relay = await startRelay();
    const { call } = await startRemoteAgent(relay.url);
    const cancelling = new AbortController();
    const waiting = call('bridge_wait', bob, { signal: cancelling.signal });
    await waiters(relay, 1);
    cancelling.abort();
    await expect(waiting).rejects.toThrow();
    await waiters(relay, 0);
    expect(await call('bridge_ping')).toMatchObject({ isError: false });
  });

  test('ends with its input, and says nothing but the protocol', async () => {
    const program = spawnProgram({ args: ['--stdio', '--url', `http://127.0.0.1:${await freePort()}`] });
    const initialize = {
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: {
        ...{ protocolVersion: '2025-06-18', capabilities: {} },
        clientInfo: { name: 'orion', version: '1' },
      },
    };
    const waiting = { name: 'bridge_wait', arguments: { ...bob, timeout_seconds: 100 } };
    const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: waiting };
    program.stdin.write(`${JSON.stringify(initialize)}\n`);
    await program.printed('"id":1');
    // A library that it does not need would make every session of every agent start later.
    if (process.platform === 'linux') {
      expect(readFileSync(`/proc/${program.pid}/maps`, 'utf8')).not.toContain('better_sqlite3');
    }
    program.stdin.end(`${JSON.stringify(call)}\n`);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const lines = program.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: 1, result: { serverInfo: { name: 'claude-bridge' } } },
      { id: 2, result: { isError: true, structuredContent: { code: 'shutting_down' } } },
    ]);
  });
});

describe('its access', () => {
  const token = 'a-token-of-the-tests-0123456789';

  test('is refused at once with a wrong token, and granted as soon as the file holds the right one', async () => {
    const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const file = join(scratchDirectory(), 'token');
    writeFileSync(file, 'not-the-token');
    const { call } = await startRemoteAgent(relay.url, { args: ['--token-file', file] });
    const refused = await call('bridge_send', { channel: 'demo:inbox', sender: 'orion', content: 'x' });
    expect(refused).toMatchObject({
      isError: true,
      structured: { code: 'unauthorized', outcome: 'not_done' },
    });
    expect(refused.text).toContain('tell them');

    writeFileSync(file, token);
    expect(await call('bridge_ping')).toMatchObject({ isError: false });
    // Replaced while a session is open, as after a revocation.
    writeFileSync(file, 'a-token-that-was-revoked');
    expect(await call('bridge_ping')).toMatchObject({ isError: true, structured: { code: 'unauthorized' } });
    writeFileSync(file, '');
    expect(await call('bridge_ping')).toMatchObject({ isError: true, structured: { code: 'unauthorized' } });
    writeFileSync(file, token);
    expect(await call('bridge_ping')).toMatchObject({ isError: false });
  });

  test('is not tried again and again with a token that is refused', async () => {
    const relay = await startRelay({
      args: ['--failed-auth-per-minute', '5'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token },
    });
    const { call } = await startRemoteAgent(relay.url, { env: { CLAUDE_BRIDGE_TOKEN: 'wrong' } });
    // One try when the client comes, and one for each call.
    for (let i = 0; i < 3; i++) await call('bridge_ping');
    expect((await get(relay, '/api/state', bearer('wrong'))).status).toBe(401);
  });

  test('by a token on the command line is warned about, without repeating it', async () => {
    const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const { client, call, said } = await startRemoteAgent(relay.url, { args: ['--token', token] });
    expect(await call('bridge_ping')).toMatchObject({ isError: false });
    await client.close();
    expect(await said).toContain('--token is visible in the process list');
    expect(await said).not.toContain(token);
  });

  test.skipIf(!hasOpenssl)('over TLS takes a self-signed certificate by its fingerprint only', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory() });
    const relay = await startRelay({ args: ['--tls-cert', certPath, '--tls-key', keyPath] });
    const { fingerprint256 } = new X509Certificate(readFileSync(certPath));
    const pinned = await startRemoteAgent(relay.url, { args: ['--fingerprint', fingerprint256] });
    expect(await pinned.call('bridge_ping')).toMatchObject({ isError: false });
    const byAuthority = await startRemoteAgent(relay.url, { env: { CLAUDE_BRIDGE_CA_FILE: certPath } });
    expect(await byAuthority.call('bridge_ping')).toMatchObject({ isError: false });
    const other = await startRemoteAgent(relay.url, { args: ['--fingerprint', '00'.repeat(32)] });
    const mistaken = await other.call('bridge_ping');
    expect(mistaken).toMatchObject({ isError: true, structured: { code: 'unreachable' } });
    expect(mistaken.text).toContain(fingerprint256);
  });
});

test.each([
  [['--stdio', '--url', 'nowhere'], '--url must be an address'],
  [['--stdio', '--url', 'http://127.0.0.1:1', '--db', 'x.db'], '--db is for a relay of this machine'],
  [['--stdio', '--token-file', 'x'], '--token-file is for a relay elsewhere'],
  [['--url', 'http://127.0.0.1:1'], '--url is for commands'],
])('what would have no effect is refused: %j', async (args, message) => {
  const { code, stdout, stderr } = await runProgram(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`error: ${message}`);
});
