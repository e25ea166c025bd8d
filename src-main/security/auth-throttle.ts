import { BridgeError } from '../../src-shared/bridge-error.ts';
import { FailureCounter } from './failure-counter.ts';

/**
 * Brakes those who guess tokens. It is asked after a failure only, so whoever holds the right token never meets it,
 * even from an address that is braked.
 */
export class AuthThrottle {
  readonly #failuresPerMinute: () => number;
  readonly #failures = new FailureCounter();

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
    const { count, retryAfter } = await this.#failures.count(address);
    if (count > this.#failuresPerMinute()) throw tooManyAttempts(retryAfter);
  }
}

/** @param retryAfter in seconds */
export function tooManyAttempts(retryAfter: number): BridgeError {
  return new BridgeError('too_many_attempts', 'too many failed attempts from this address; try again later', {
    retryAfter,
  });
}
