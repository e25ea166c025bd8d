/**
 * A process with a bridge and clients that call it over real sockets, run by memory.test.ts with --expose-gc. Prints
 * the bytes of heap that are kept per call, for calls that are answered and for calls that are abandoned.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createMcp } from '../../src-main/mcp/index.ts';
import { Audit } from '../../src-main/relay/audit.ts';
import { Relay } from '../../src-main/relay/relay.ts';
import { principals } from '../../src-main/security/principal.ts';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { bothForms, initialize, toolCall } from './raw-http.ts';
import { emptyPage, relayLimits, sendDirectly } from './relay-directly.ts';

const answered = Number(process.argv[2]);
const abandoned = Number(process.argv[3]);

const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-memory-'));
const store = new SqliteStore({ path: join(folder, 'messages.db'), durability: 'normal' });
const relay = new Relay({
  store,
  audit: new Audit({ store, enabled: () => false, onError: () => undefined }),
  limits: () => relayLimits,
  onError: console.error,
});
await sendDirectly(relay, 'x', 'c'.repeat(300));
let reached = (): void => undefined;
/** Ends the call to the silent channel, after its client has gone. */
let finish = (): void => undefined;
const receive = relay.receive.bind(relay);
relay.receive = (query, actor) => {
  if (query.channel !== 'silent') return receive(query, actor);
  reached();
  return new Promise((resolve) => {
    finish = () => resolve(emptyPage('silent'));
  });
};

const mcp = createMcp({
  relay,
  version: '1',
  limits: () => ({ maxMcpSessions: 1, mcpSessionIdleSeconds: 600, mcpResultBytes: 65_536 }),
  log: { debug: () => undefined, error: console.error },
});
const server = createServer((req, res) => {
  res.once('close', () => finish());
  void text(req).then((body) =>
    mcp.streamableHttp.handle(req, res, {
      principal: principals.loopback,
      address: '127.0.0.1',
      body: JSON.parse(body),
      extraHeaders: {},
    }),
  );
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const { port } = server.address() as AddressInfo;
const session: Record<string, string> = { ...bothForms };

function start(body: object) {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path: '/mcp',
    method: 'POST',
    agent,
    headers: session,
  });
  outgoing.end(JSON.stringify(body));
  return outgoing;
}

async function call(body: object): Promise<IncomingMessage> {
  const [response] = (await once(start(body), 'response')) as [IncomingMessage];
  await text(response);
  return response;
}

async function callMany(count: number): Promise<void> {
  const workers = Array.from({ length: 4 }, async (_, worker) => {
    for (let i = worker; i < count; i += 4) await call(toolCall('bridge_receive', { channel: 'x' }, i));
  });
  await Promise.all(workers);
}

async function abandonMany(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const started = new Promise<void>((resolve) => (reached = resolve));
    const outgoing = start(toolCall('bridge_receive', { channel: 'silent' }, i));
    outgoing.on('error', () => undefined);
    await started;
    outgoing.destroy();
  }
}

/** Bytes of heap in use once everything that can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

async function keptPerCall(run: (count: number) => Promise<void>, count: number): Promise<number> {
  await run(Math.ceil(count / 10));
  const before = await heap();
  await run(count);
  return ((await heap()) - before) / count;
}

const { headers } = await call(initialize);
session['Mcp-Session-Id'] = String(headers['mcp-session-id']);
const report = {
  answered: await keptPerCall(callMany, answered),
  abandoned: await keptPerCall(abandonMany, abandoned),
};
console.log(JSON.stringify(report));

await mcp.close();
agent.destroy();
server.closeAllConnections();
server.close();
relay.stop();
await store.close();
rmSync(folder, { recursive: true });
