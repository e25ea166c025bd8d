import { randomBytes } from 'node:crypto';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Lease } from '../security/principal.ts';
import { createServer, type McpParts } from './server.ts';
import { drainMs, SessionTransport } from './session-transport.ts';
import type { McpServer } from './tool-server.ts';

/** The transport that a session belongs to; an id of one means nothing to the other. */
export type SessionKind = 'streamable' | 'legacy';

/** Seconds after which a client that was refused a session should try again. */
const retryAfter = 5;

/** Idle time after which a session without an open stream gives way to a new one when all places are taken, in ms. */
const evictableAfterMs = 60_000;

/** How often idle sessions are looked for at most, in ms. */
const longestSweepMs = 30_000;

/** Makes the server at the end of a transport. */
export type ServerFor = (transport: SessionTransport) => McpServer;

/** One client's session: a server, its transport, and when it was last used. */
export class Session {
  /** 32 hexadecimal digits. */
  readonly id = randomBytes(16).toString('hex');
  readonly kind: SessionKind;
  readonly transport = new SessionTransport();
  readonly #server: McpServer;
  #lastUsed = performance.now();
  #open = 0;

  constructor(kind: SessionKind, serverFor: ServerFor, onClosed: () => void) {
    this.kind = kind;
    this.#server = serverFor(this.transport);
    this.#server.onclose = onClosed;
  }

  connect(): Promise<void> {
    return this.#server.connect(this.transport);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** A request or stream of this session begins; the function returned tells that it has ended. */
  use(): () => void {
    this.#open++;
    return () => {
      this.#open--;
      this.#lastUsed = performance.now();
    };
  }

  /** Milliseconds since it was last used, or 0 while a call or stream is open. */
  get idleMs(): number {
    return this.#open > 0 ? 0 : performance.now() - this.#lastUsed;
  }
}

/**
 * The sessions of both HTTP transports. Their number is capped. When all places are taken, the session that was idle
 * for longest gives way, provided that it has no stream or call open and rested for a minute: most clients never say
 * goodbye, so such sessions are mostly dead, and one that is not starts anew when it is told 404, as the protocol
 * demands. Only when every session is in use is a newcomer refused.
 */
export class Sessions {
  readonly #parts: McpParts;
  readonly #serverFor: ServerFor;
  readonly #open = new Map<string, Session>();
  readonly #single = new Set<Session>();
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: McpParts, serverFor: ServerFor = (transport) => createServer(parts, transport)) {
    this.#parts = parts;
    this.#serverFor = serverFor;
  }

  get size(): number {
    return this.#open.size;
  }

  get sizeByKind(): Record<SessionKind, number> {
    const sizes: Record<SessionKind, number> = { streamable: 0, legacy: 0 };
    for (const { kind } of this.#open.values()) sizes[kind]++;
    return sizes;
  }

  /**
   * @param lease of the credential with which it is opened: the session ends with that
   * @throws BridgeError `too_many_sessions` or `shutting_down`
   */
  async create(kind: SessionKind, lease: Lease | undefined): Promise<Session> {
    this.checkOpen();
    lease?.ended.throwIfAborted();
    this.#makeRoom();
    const closed = new AbortController();
    const session = new Session(kind, this.#serverFor, () => {
      this.#open.delete(session.id);
      closed.abort();
    });
    const endWithLease = () => void this.#endWithLease(session);
    lease?.ended.addEventListener('abort', endWithLease, { signal: closed.signal });
    this.#open.set(session.id, session);
    this.#armSweep();
    await session.connect();
    return session;
  }

  /** A session for a single request, which ends with it: it cannot be named, is not counted and never idle. */
  async createSingle(): Promise<Session> {
    this.checkOpen();
    const session = new Session('streamable', this.#serverFor, () => this.#single.delete(session));
    this.#single.add(session);
    await session.connect();
    return session;
  }

  find(id: string, kind: SessionKind): Session | undefined {
    const session = this.#open.get(id);
    return session?.kind === kind ? session : undefined;
  }

  /** @throws BridgeError `shutting_down` */
  checkOpen(): void {
    if (this.#closed) throw new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
  }

  /** Takes nothing new, lets calls under way be answered for a moment, and ends every session. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweep);
    await Promise.all(
      [...this.#open.values(), ...this.#single].map(async (session) => {
        await session.transport.drain(drainMs);
        await session.close();
      }),
    );
  }

  #makeRoom(): void {
    const { maxMcpSessions } = this.#parts.limits();
    if (this.#open.size < maxMcpSessions) return;
    const [idlest] = Array.from(this.#open.values()).sort((a, b) => b.idleMs - a.idleMs);
    if (!idlest || idlest.idleMs < evictableAfterMs) {
      throw new BridgeError('too_many_sessions', `too many MCP sessions are open (${maxMcpSessions})`, {
        retryAfter,
      });
    }
    this.#end(idlest, 'its place was needed');
  }

  /** Nobody finds it any more. Calls under way have a moment, since those that wait are about to say why they end. */
  async #endWithLease(session: Session): Promise<void> {
    this.#open.delete(session.id);
    await session.transport.drain(drainMs);
    this.#end(session, 'its credential has ended');
  }

  #end(session: Session, why: string): void {
    this.#parts.log.debug({ why, idleMs: Math.round(session.idleMs) }, 'mcp session ended');
    session
      .close()
      .catch((error: unknown) => this.#parts.log.error({ err: error }, 'mcp session did not end'));
  }

  /** Closes what nobody has used for too long, as long as there is anything to watch. */
  #armSweep(): void {
    if (this.#sweep || this.#closed || this.#open.size === 0) return;
    const idleLimitMs = this.#parts.limits().mcpSessionIdleSeconds * 1000;
    this.#sweep = setTimeout(
      () => {
        this.#sweep = undefined;
        for (const session of this.#open.values()) {
          if (session.idleMs >= idleLimitMs) this.#end(session, 'idle');
        }
        this.#armSweep();
      },
      Math.min(idleLimitMs / 2, longestSweepMs),
    );
    this.#sweep.unref();
  }
}
