/** Tells whoever draws that something has changed. Changes of one turn are told once. */
export class Changes {
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #waiting = false;

  /** Another number after each change. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly note = (): void => {
    this.#version++;
    if (this.#waiting) return;
    this.#waiting = true;
    setImmediate(() => {
      this.#waiting = false;
      for (const listener of this.#listeners) listener();
    });
  };
}
