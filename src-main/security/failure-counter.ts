import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js';
import { clientNetwork, normalizeAddress } from './ip-address.ts';

const windowSeconds = 60;

/** Clients that are counted one by one within a minute. All further ones share one count. */
const maxCounted = 10_000;
const everybodyElse = 'everybody else';

export interface Failures {
  /** Of this client within its minute. */
  count: number;
  /** Seconds until the minute is over. */
  retryAfter: number;
}

/** Counts the failures of each client, by the minute. */
export class FailureCounter {
  readonly #limiter = new RateLimiterMemory({ points: 1, duration: windowSeconds });
  /** Who has been counted since `#countedSince`: an attacker with many addresses must not fill the memory. */
  readonly #counted = new Set<string>();
  #countedSince = performance.now();

  /** Counts one more, at once. @param address of the client (see `clientAddress`) */
  async count(address: string): Promise<Failures> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(this.#keyOf(address));
    return { count: consumedPoints, retryAfter: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
  }

  /** Takes one back: it was no failure after all. */
  async forgive(address: string): Promise<void> {
    await this.#limiter.reward(this.#keyOf(address));
  }

  #keyOf(address: string): string {
    const normal = normalizeAddress(address);
    const client = normal === undefined ? address : clientNetwork(normal);
    const now = performance.now();
    if (now - this.#countedSince > windowSeconds * 1000) {
      this.#counted.clear();
      this.#countedSince = now;
    }
    if (this.#counted.has(client)) return client;
    if (this.#counted.size >= maxCounted) return everybodyElse;
    this.#counted.add(client);
    return client;
  }
}
