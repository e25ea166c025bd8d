import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { clientNetwork, normalizeAddress } from './ip-address.ts';

const windowSeconds = 60;

/** Clients that are counted one by one within a minute. All further ones share one count. */
const maxCounted = 10_000;
const everybodyElse = 'everybody else';

/**
 * Brakes those who guess tokens. It is asked after a failure only, so whoever holds the right token never meets it,
 * even from an address that is braked.
 */
export class AuthThrottle {
  readonly #failuresPerMinute: () => number;
  readonly #limiter = new RateLimiterMemory({ points: 1, duration: windowSeconds });
  /** Who has been counted since `#countedSince`: an attacker with many addresses must not fill the memory. */
  readonly #counted = new Set<string>();
  #countedSince = performance.now();

  /** @param failuresPerMinute asked at each failure, so that a reload takes effect at once */
  constructor(failuresPerMinute: () => number) {
    this.#failuresPerMinute = failuresPerMinute;
  }

  /**
   * Counts a failed attempt.
   * @param address of the client (see `clientAddress`)
   * @throws BridgeError `too_many_attempts` with `retryAfter` when the address has used up its minute
   */
  async countFailure(address: string): Promise<void> {
    this.#limiter.points = this.#failuresPerMinute();
    try {
      await this.#limiter.consume(this.#keyOf(address));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      throw new BridgeError(
        'too_many_attempts',
        'too many failed attempts from this address; try again later',
        {
          retryAfter,
        },
      );
    }
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
