/** Runs something when it is asked for: at once, but not again before it has rested. */
export class Throttle {
  readonly #run: () => void;
  readonly #restMs: number;
  #resting = false;
  #again = false;

  constructor(run: () => void, restMs: number) {
    this.#run = run;
    this.#restMs = restMs;
  }

  /** Runs now, or once as soon as the rest is over. */
  ask(): void {
    if (this.#resting) {
      this.#again = true;
      return;
    }
    this.#resting = true;
    this.#again = false;
    setTimeout(() => {
      this.#resting = false;
      if (this.#again) this.ask();
    }, this.#restMs);
    this.#run();
  }
}
