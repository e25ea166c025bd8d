import { retryDelay } from '../../src-shared/client/back-off.ts';
import type { McpSession } from './mcp-session.ts';
import { NoConnection } from './no-connection.ts';
import { SessionLost } from './refusal.ts';

/** How it stands while the relay cannot be reached. Times are ms since 1970. */
export interface Outage {
  since: number;
  /** Why the last try failed. */
  reason: string;
  /** Tries since then, all of which failed. */
  tries: number;
  nextTryAt: number;
}

export interface LinkOptions {
  open: (signal: AbortSignal) => Promise<McpSession>;
  /** The relay can no longer be reached, or can be again (undefined). */
  onChange: (outage: Outage | undefined) => void;
}

/** How long opening a session may take, in ms. */
const openingMs = 10_000;

/** A call brings the next try forward, but not closer to the last one than this, in ms. The pauses then grow anew. */
const shortestPauseMs = 250;

/**
 * The way to the relay: one session that all calls share, opened anew whenever it is gone. It tries for as long as it is
 * not closed, with back-off, whether anybody calls or not.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  #session: McpSession | undefined;
  /** A session that may live on at the relay, though nobody uses it any more. */
  #left: McpSession | undefined;
  #connecting: Promise<McpSession> | undefined;
  #outage: Outage | undefined;
  /** Pauses since a call was last made; each is longer than the one before. */
  #pauses = 0;
  #wake: (() => void) | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /** Begins to connect, so that the first call need not wait for it. */
  start(): void {
    // Why the relay refuses is told to the one who calls.
    this.#connect().catch(() => undefined);
  }

  /**
   * The session, as soon as there is one.
   * @throws BridgeError when the relay refuses; it is asked again with the next call and not before
   * @throws the reason of `signal` when that ends the waiting
   */
  session(signal: AbortSignal): Promise<McpSession> {
    signal.throwIfAborted();
    if (this.#session) return Promise.resolve(this.#session);
    const connected = this.#connect();
    this.#pauses = 0;
    this.#wake?.();
    return new Promise((resolve, reject) => {
      const givenUp = () => reject(signal.reason as Error);
      signal.addEventListener('abort', givenUp, { once: true });
      void connected.then(resolve, reject).finally(() => signal.removeEventListener('abort', givenUp));
    });
  }

  /** A call in this session has failed: the next one needs another. */
  lost(session: McpSession, failure?: NoConnection): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    this.#left = failure && session;
    if (failure) this.#enter({ since: Date.now(), reason: failure.message, tries: 0, nextTryAt: Date.now() });
    this.start();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake?.();
    await this.#session?.close();
  }

  #connect(): Promise<McpSession> {
    this.#connecting ??= this.#tryUntilConnected().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #tryUntilConnected(): Promise<McpSession> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      try {
        this.#session = await this.#open();
        this.#pauses = 0;
        this.#enter(undefined);
        void this.#left?.close();
        this.#left = undefined;
        return this.#session;
      } catch (error) {
        this.#closing.signal.throwIfAborted();
        // A relay that refuses is there; trying on would change nothing.
        if (!(error instanceof NoConnection)) {
          this.#enter(undefined);
          throw error;
        }
        await this.#pause(error);
      }
    }
  }

  async #open(): Promise<McpSession> {
    const tooLate = AbortSignal.timeout(openingMs);
    try {
      return await this.#options.open(AbortSignal.any([this.#closing.signal, tooLate]));
    } catch (error) {
      if (tooLate.aborted) throw new NoConnection(`it did not answer within ${openingMs / 1000} s`, false);
      if (error instanceof SessionLost) throw new NoConnection('it forgets sessions at once', false);
      throw error;
    }
  }

  async #pause({ message: reason, retryAfter = 0 }: NoConnection): Promise<void> {
    const now = Date.now();
    const { since, tries } = this.#outage ?? { since: now, tries: 0 };
    const delay = Math.max(retryDelay(++this.#pauses), retryAfter * 1_000);
    this.#enter({ since, reason, tries: tries + 1, nextTryAt: now + delay });
    const rested = now + shortestPauseMs;
    await new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, delay);
      this.#wake = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, this.#closing.signal.aborted ? 0 : Math.max(0, rested - Date.now()));
      };
    });
    this.#wake = undefined;
  }

  #enter(outage: Outage | undefined): void {
    const changed = (outage === undefined) !== (this.#outage === undefined);
    this.#outage = outage;
    if (changed) this.#options.onChange(outage);
  }
}
