import { hash } from 'node:crypto';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { BrowserSession, type SessionSummary, type SignedInFrom } from './browser-session.ts';
import type { Principal } from './principal.ts';
import { generateSecret } from './token-file.ts';

export interface BrowserSessionsOptions {
  /** How long a session lasts; asked at each sign-in. */
  ttlSeconds: () => number;
  /** How many there may be; asked at each sign-in. */
  maxSessions: () => number;
  /** Told of a session that gave way to a new one, the only end that nobody asked for. */
  onDisplaced?: (session: SessionSummary) => void;
}

/** Sessions that have ended and are remembered; the oldest goes first. */
const maxEnded = 1_000;

/** Requests that a page has sent before it was answered that its session has ended come within this time, in ms. */
const unawareMs = 10_000;

interface Ended {
  /** From where it was signed in. */
  address: string;
  /** When its browser was told first that it has ended, by the monotonic clock, in ms. */
  toldAt: number | undefined;
}

export interface SignIn extends SignedInFrom {
  /** The session cookie that came along; its session ends, so that a sign-in leaves one. */
  replaces: string | undefined;
}

/** What the browser gets: the one copy of the secret, and how long to keep it. */
export interface SignedIn {
  value: string;
  maxAgeSeconds: number;
}

/**
 * The sessions of browsers that have shown a credential once (wire specification 7.3). They live in memory, are not
 * prolonged by use, and have the rights of the credential they were made with, except that they cannot make another
 * session: a stolen cookie ends when its session does.
 *
 * A new sign-in always succeeds. When all places are taken, a session of the client that holds most of them gives way,
 * one that is not in use if possible, the one unused for longest: a script that signs in again and again and forgets
 * its cookies displaces itself, not the people who are signed in.
 */
export class BrowserSessions {
  readonly #options: BrowserSessionsOptions;
  /** By the digest of the secret. Finding it takes as long for a guess as for the truth, whatever they share. */
  readonly #sessions = new Map<string, BrowserSession>();
  /** Those that have ended, by the same. */
  readonly #ended = new Map<string, Ended>();

  constructor(options: BrowserSessionsOptions) {
    this.#options = options;
  }

  /** @throws BridgeError `unauthorized` when `credential` is itself a session */
  create(credential: Principal, { replaces, ...from }: SignIn): SignedIn {
    if (credential.kind === 'session') throw new BridgeError('unauthorized', 'unauthorized');
    if (replaces !== undefined) this.revoke(replaces);
    const value = generateSecret();
    const key = keyOf(value);
    const maxAgeSeconds = this.#options.ttlSeconds();
    const session = new BrowserSession(credential, from, maxAgeSeconds * 1000, () => this.#end(key));
    this.#makeRoomFor(session);
    this.#sessions.set(key, session);
    endWithCredential(session, credential, () => this.#end(key));
    return { value, maxAgeSeconds };
  }

  /**
   * The session of a cookie, which counts as used by this.
   * @param value see `readSessionCookie`
   */
  find(value: string): BrowserSession | undefined {
    const session = this.#sessions.get(keyOf(value));
    session?.touch();
    return session;
  }

  /**
   * Whether a request with the cookie of a session that has ended comes from the browser that was signed in, before it could
   * know. Such a request is no attempt to get in. The bounds are narrow, for whoever is taken for that browser leaves no
   * trace in the audit log: a cookie that was never given out, one that comes from elsewhere, as a stolen one would, and one
   * that is still used after a refusal tell of somebody.
   * @param address see `clientAddress`
   */
  isUnaware(value: string, address: string): boolean {
    const ended = this.#ended.get(keyOf(value));
    if (ended?.address !== address) return false;
    ended.toldAt ??= performance.now();
    return performance.now() - ended.toldAt < unawareMs;
  }

  /** Signs a browser out. What it has open ends at once. */
  revoke(value: string): void {
    this.#end(keyOf(value));
  }

  /** @returns whether there was a session with this public id */
  revokeById(id: string): boolean {
    const [key] = [...this.#sessions].find(([, session]) => session.id === id) ?? [];
    return key !== undefined && this.#end(key);
  }

  /** @returns how many there were */
  revokeAll(): number {
    return [...this.#sessions.keys()].filter((key) => this.#end(key)).length;
  }

  /** All sessions, oldest first. */
  list(): SessionSummary[] {
    return Array.from(this.#sessions.values(), ({ summary }) => summary);
  }

  #makeRoomFor(newcomer: BrowserSession): void {
    const surplus = this.#sessions.size + 1 - this.#options.maxSessions();
    for (let i = 0; i < surplus; i++) {
      const [key, session] = this.#leastMissed(newcomer) ?? [];
      if (key === undefined || session === undefined) return;
      this.#end(key);
      this.#options.onDisplaced?.(session.summary);
    }
  }

  #leastMissed(newcomer: BrowserSession): [string, BrowserSession] | undefined {
    const held = new Map([[newcomer.holder, 1]]);
    for (const { holder } of this.#sessions.values()) held.set(holder, (held.get(holder) ?? 0) + 1);
    const shareOf = ({ holder }: BrowserSession): number => held.get(holder) ?? 0;
    return [...this.#sessions].sort(([, a], [, b]) => shareOf(b) - shareOf(a) || b.idleMs - a.idleMs)[0];
  }

  #end(key: string): boolean {
    const session = this.#sessions.get(key);
    if (!session) return false;
    this.#sessions.delete(key);
    this.#ended.set(key, { address: session.summary.address, toldAt: undefined });
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= maxEnded) break;
      this.#ended.delete(oldest);
    }
    session.end();
    return true;
  }
}

/** A session has no more rights than what it was made with, and lasts no longer. */
function endWithCredential({ ended }: BrowserSession, { lease }: Principal, end: () => void): void {
  lease?.ended.addEventListener('abort', end, { signal: ended });
}

function keyOf(value: string): string {
  return hash('sha256', value, 'base64url');
}
