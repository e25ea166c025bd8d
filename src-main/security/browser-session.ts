import { randomBytes } from 'node:crypto';
import { shorten } from '../../src-shared/text.ts';
import { longestTimerMs } from '../../src-shared/time.ts';
import { Admission } from './admission.ts';
import { EndedSession } from './ended-session.ts';
import { clientNetwork } from './ip-address.ts';
import { browserLabel, type Principal } from './principal.ts';

/** Browsers name themselves in some 120 characters. */
const maxUserAgent = 200;

/** What people are shown of a session. Times are in ms since 1970. */
export interface SessionSummary {
  id: string;
  /** The credential that was used to sign in. */
  credential: string;
  createdAt: number;
  lastUsedAt: number;
  expiresAt: number;
  /** From where it was signed in. */
  address: string;
  /** As the browser named itself, shortened; empty if it did not. */
  userAgent: string;
  /** Requests and streams that are open now. */
  open: number;
}

export interface SignedInFrom {
  /** See `clientAddress`. */
  address: string;
  userAgent: string | undefined;
}

/** One browser that has shown a credential once. */
export class BrowserSession extends Admission {
  /** Public: it names the session in lists and has nothing to do with the secret. */
  readonly id = randomBytes(6).toString('hex');
  readonly principal: Principal;
  /** Sessions of the same credential and client belong together when places are short. */
  readonly holder: string;
  readonly #summary: Omit<SessionSummary, 'lastUsedAt' | 'open'>;
  #expiry: NodeJS.Timeout | undefined;
  #lastUsedAt = Date.now();
  /** By the monotonic clock, in ms. */
  #lastUsed = performance.now();
  #open = 0;

  /**
   * @param lifeMs after which it ends by itself, by the monotonic clock: setting the time of day prolongs nothing
   * @param onExpired called then
   */
  constructor(
    credential: Principal,
    { address, userAgent }: SignedInFrom,
    lifeMs: number,
    onExpired: () => void,
  ) {
    super();
    this.principal = {
      kind: 'session',
      label: browserLabel(credential.label),
      rights: credential.rights,
      lease: this,
    };
    this.holder = `${clientNetwork(address)} ${credential.label}`;
    this.#summary = {
      id: this.id,
      credential: credential.label,
      createdAt: this.#lastUsedAt,
      expiresAt: this.#lastUsedAt + lifeMs,
      address,
      userAgent: shorten((userAgent ?? '').replaceAll(/\p{C}+/gu, ''), maxUserAgent),
    };
    this.#expireAfter(lifeMs, onExpired);
  }

  override use(cut: () => void): () => void {
    const over = super.use(cut);
    this.#open++;
    this.touch();
    return () => {
      over();
      this.#open--;
      this.touch();
    };
  }

  touch(): void {
    this.#lastUsedAt = Date.now();
    this.#lastUsed = performance.now();
  }

  /** Milliseconds since it was last used, or 0 while a request or stream is open. */
  get idleMs(): number {
    return this.#open > 0 ? 0 : performance.now() - this.#lastUsed;
  }

  get summary(): SessionSummary {
    return { ...this.#summary, lastUsedAt: this.#lastUsedAt, open: this.#open };
  }

  override end(): void {
    clearTimeout(this.#expiry);
    super.end(new EndedSession());
  }

  #expireAfter(ms: number, onExpired: () => void): void {
    const rest = ms - longestTimerMs;
    const next = rest > 0 ? () => this.#expireAfter(rest, onExpired) : onExpired;
    this.#expiry = setTimeout(next, Math.min(ms, longestTimerMs)).unref();
  }
}
