import { createSubscriber } from 'svelte/reactivity';

/** Ages are told in minutes; this often they are looked at again, in ms. */
const period = 15_000;
const second = 1_000;

/**
 * The relay's clock, as far as it is known: ages and times must not depend on how this computer's clock is set. It ticks
 * while something that is shown reads it.
 */
export class Clock {
  /** What the relay's clock is ahead of ours, in ms. */
  #ahead = 0;
  readonly #watch = ticking(period);
  readonly #watchSeconds = ticking(second);

  /** Milliseconds since the epoch. */
  get now(): number {
    this.#watch();
    return this.at(Date.now());
  }

  /** The same, looked at again each second: for what counts down. */
  get nowToTheSecond(): number {
    this.#watchSeconds();
    return this.at(Date.now());
  }

  /** What the relay's clock says when ours says `local`. */
  at(local: number): number {
    return local + this.#ahead;
  }

  /** Takes over the time that the relay has just told. */
  set(serverTime: string): void {
    const told = Date.parse(serverTime);
    if (Number.isFinite(told)) this.#ahead = told - Date.now();
  }
}

function ticking(everyMs: number): () => void {
  return createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
}
