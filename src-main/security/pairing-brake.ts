import { tooManyAttempts } from './auth-throttle.ts';
import { FailureCounter } from './failure-counter.ts';

/** Wrong codes of one client in a minute: room for slips. */
const triesPerMinute = 5;

/** Wrong codes of all clients in a minute from which each has one try only: somebody guesses from many addresses. */
const guessingPerMinute = 50;

const everybody = 'everybody';

/**
 * Brakes those who guess pairing codes. A code is short enough to be read out, so unlike with tokens a braked client is
 * not heard at all, not even with the right code. Whoever has not failed within the minute always is, however many
 * others guess.
 */
export class PairingBrake {
  readonly #ofClient = new FailureCounter();
  readonly #ofAll = new FailureCounter();

  /**
   * Counts a try, as a failure until `succeeded` says otherwise: many tries at once must not all count as the first.
   * @throws BridgeError `too_many_attempts` with `retryAfter`; the try is then not to be looked at
   */
  async begin(address: string): Promise<void> {
    const own = await this.#ofClient.count(address);
    // Who is not heard does not count among all: one guesser alone must not make it hard for the others.
    if (own.count > triesPerMinute) throw tooManyAttempts(own.retryAfter);
    const all = await this.#ofAll.count(everybody);
    if (all.count > guessingPerMinute && own.count > 1) throw tooManyAttempts(own.retryAfter);
  }

  async succeeded(address: string): Promise<void> {
    await Promise.all([this.#ofClient.forgive(address), this.#ofAll.forgive(everybody)]);
  }
}
