import { BridgeError } from '../../src-shared/bridge-error.ts';

/** Seconds after which a refused waiter should try again. */
const retryAfter = 5;

/** How a wait ended: something may be there, the time is up, the waiter has gone, or the relay stops. */
export type Waking = 'news' | 'time-out' | 'gone' | 'stopped';

/** A place among those who wait for a channel. */
export interface Place {
  /** Resolves at the first news since `listen`, or when there is no point in waiting on. */
  until(deadline: number, signal: AbortSignal): Promise<Waking>;
  /** From now on news are noticed: called before looking, so that nothing falls between. */
  listen(): void;
  leave(): void;
}

/** Those who wait for messages, by channel: what happens to a channel wakes only who waits for that. */
export class Waiters {
  readonly #limit: () => number;
  readonly #byChannel = new Map<string, Set<Waiter>>();
  #size = 0;
  #stopped = false;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** How many wait for a channel. */
  on(channel: string): number {
    return this.#byChannel.get(channel)?.size ?? 0;
  }

  /** @throws BridgeError `too_many_waiters` or `shutting_down` */
  enter(channel: string): Place {
    if (this.#stopped) throw new BridgeError('shutting_down', 'the relay is stopping', { retryAfter: 1 });
    if (this.#size >= this.#limit()) {
      throw new BridgeError('too_many_waiters', `too many clients wait on this server (${this.#limit()})`, {
        retryAfter,
      });
    }
    const waiter = new Waiter(() => this.#remove(channel, waiter));
    const waiters = this.#byChannel.get(channel);
    if (waiters) waiters.add(waiter);
    else this.#byChannel.set(channel, new Set([waiter]));
    this.#size++;
    return waiter;
  }

  wake(channel: string): void {
    for (const waiter of this.#byChannel.get(channel) ?? []) waiter.end('news');
  }

  wakeAll(): void {
    for (const channel of this.#byChannel.keys()) this.wake(channel);
  }

  stop(): void {
    this.#stopped = true;
    for (const waiters of this.#byChannel.values()) for (const waiter of waiters) waiter.end('stopped');
  }

  #remove(channel: string, waiter: Waiter): void {
    const waiters = this.#byChannel.get(channel);
    if (!waiters?.delete(waiter)) return;
    if (waiters.size === 0) this.#byChannel.delete(channel);
    this.#size--;
  }
}

class Waiter implements Place {
  readonly #onLeave: () => void;
  #heard: Waking | undefined;
  #resolve: ((waking: Waking) => void) | undefined;

  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  listen(): void {
    if (this.#heard === 'news') this.#heard = undefined;
  }

  until(deadline: number, signal: AbortSignal): Promise<Waking> {
    if (signal.aborted) return Promise.resolve('gone');
    if (this.#heard) return Promise.resolve(this.#heard);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.end('time-out'), Math.max(0, deadline - performance.now()));
      const gone = () => this.end('gone');
      signal.addEventListener('abort', gone, { once: true });
      this.#resolve = (waking) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.#resolve = undefined;
        resolve(waking);
      };
    });
  }

  end(waking: Waking): void {
    // News that come after the end are none: nobody listens for a second end.
    if (this.#heard === undefined || this.#heard === 'news') this.#heard = waking;
    this.#resolve?.(waking);
  }

  leave(): void {
    this.#onLeave();
  }
}
