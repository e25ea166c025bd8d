import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { createMcp, type Mcp, type McpLimits, type McpOptions } from '../../src-main/mcp/index.ts';
import { Audit } from '../../src-main/relay/audit.ts';
import { Relay } from '../../src-main/relay/relay.ts';
import { principals, type Principal } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';
import { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { relayLimits } from './relay-directly.ts';

export interface TestBridge {
  url: URL;
  relay: Relay;
  mcp: Mcp;
  limits: McpLimits;
  /** Everything the room has logged. */
  logged: { level: 'debug' | 'error'; fields: object; message: string }[];
  /** Resolves when the room logs this message, or at once if it has. */
  logs: (message: string) => Promise<void>;
  /** Breaks every connection, as a network does. */
  dropConnections: () => void;
  /** Answers nothing from now on, or again: as with a cable that was pulled, nothing breaks. */
  fallSilent: (silent: boolean) => void;
  /** Open connections. */
  connections: () => Promise<number>;
  /** Ends the session of the one who comes with `Authorization: browser`. */
  signOut: () => void;
}

export type StartOptions = Partial<Omit<McpOptions, 'limits'>> & { limits?: Partial<McpLimits> };

export const version = '9.8.7';
export const securityHeaders = { 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };

const reader: Principal = {
  kind: 'token',
  label: 'the reading token',
  rights: new Rights({ rights: ['read'], channels: {} }),
};

/** A relay on a database of its own; it goes when the test ends. */
export function startRelay(): Relay {
  const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-mcp-'));
  const store = new SqliteStore({ path: join(folder, 'messages.db'), durability: 'normal' });
  const audit = new Audit({ store, enabled: () => false, onError: () => undefined });
  const onError = (error: unknown) => {
    // A test may end before the last receipt is written.
    if (!(error instanceof BridgeError)) throw error;
  };
  const relay = new Relay({ store, audit, limits: () => relayLimits, onError });
  onTestFinished(async () => {
    relay.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return relay;
}

/**
 * The MCP room behind a bare HTTP server, which does what the HTTP room does before it hands a request over: it parses
 * the body and knows who asks (`Authorization: reader` may only read, everybody else may do everything).
 */
export async function startBridge(options: StartOptions = {}): Promise<TestBridge> {
  const relay = options.relay ?? startRelay();
  const limits = {
    maxMcpSessions: 50,
    mcpSessionIdleSeconds: 600,
    mcpResultBytes: 65_536,
    ...options.limits,
  };
  const logged: TestBridge['logged'] = [];
  const waiting = new Map<string, () => void>();
  const log = (level: 'debug' | 'error') => (fields: object, message: string) => {
    logged.push({ level, fields, message });
    waiting.get(message)?.();
  };
  const mcp = createMcp({
    version,
    log: { debug: log('debug'), error: log('error') },
    ...options,
    relay,
    limits: () => limits,
  });
  const lease = new AbortController();
  const browser: Principal = {
    kind: 'session',
    label: 'a browser',
    rights: new Rights({ rights: ['read', 'send'], channels: {} }),
    lease: { ended: lease.signal, use: () => () => undefined },
  };
  const byHeader = new Map<string | undefined, Principal>([
    ['reader', reader],
    ['browser', browser],
  ]);
  let silent = false;
  const server = createServer((req, res) => {
    if (silent) return;
    void route(mcp, byHeader.get(req.headers.authorization) ?? principals.loopback, req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await mcp.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`),
    relay,
    mcp,
    limits,
    logged,
    dropConnections: () => server.closeAllConnections(),
    fallSilent: (isSilent) => (silent = isSilent),
    connections: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
    signOut: () => lease.abort(new BridgeError('unauthorized', 'unauthorized')),
    logs: (message) =>
      new Promise((resolve) => {
        if (logged.some((entry) => entry.message === message)) resolve();
        else waiting.set(message, resolve);
      }),
  };
}

async function route(
  mcp: Mcp,
  principal: Principal,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const context = {
    principal,
    address: '127.0.0.1',
    body: await readJson(req),
    extraHeaders: securityHeaders,
  };
  const { pathname } = new URL(req.url ?? '', 'http://localhost');
  if (pathname === '/sse') await mcp.legacySse.open(req, res, context);
  else if (pathname === '/messages/') await mcp.legacySse.post(req, res, context);
  else await mcp.streamableHttp.handle(req, res, context);
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
