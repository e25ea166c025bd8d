/**
 * Reads that several ask for at the same moment, as those do who were woken by the same message: the store is asked once.
 * A read is shared until the callbacks that are due have run. Whoever asks later gets an answer of its own, so nobody is
 * given something from before it asked.
 */
export class SharedReads {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** @param key names the read; the same key must always stand for the same one */
  read<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#underWay.get(key) as Promise<T> | undefined;
    if (known) return known;
    const reading = read();
    this.#underWay.set(key, reading);
    process.nextTick(() => this.#underWay.delete(key));
    return reading;
  }
}
