import { senderColour, senderColours } from '../text/sender.ts';
import { readStored, writeStored } from './storage.ts';

const key = 'colours';

/** Senders whose colours are remembered. */
const most = 500;

/** Which colour each sender has. Once given it stays, in this browser. */
export class SenderColours {
  readonly #given = new Map<string, number>(remembered());

  /**
   * The colour of `sender`: what its name says, or the next one that nobody of `beside`, the senders of the same
   * channel, has.
   */
  of(sender: string, beside: readonly string[] = []): number {
    const given = this.#given.get(sender);
    if (given !== undefined) return given;
    const taken = new Set(beside.flatMap((other) => this.#given.get(other) ?? []));
    const wished = senderColour(sender);
    const free = Array.from({ length: senderColours }, (_, step) => (wished + step) % senderColours).find(
      (colour) => !taken.has(colour),
    );
    this.#give(sender, free ?? wished);
    return free ?? wished;
  }

  forget(): void {
    this.#given.clear();
    writeStored(key, undefined);
  }

  #give(sender: string, colour: number): void {
    this.#given.set(sender, colour);
    if (this.#given.size <= most) writeStored(key, [...this.#given]);
  }
}

function remembered(): [string, number][] {
  const stored = readStored(key);
  if (!Array.isArray(stored)) return [];
  return stored.filter(
    (entry): entry is [string, number] =>
      Array.isArray(entry) &&
      typeof entry[0] === 'string' &&
      Number.isInteger(entry[1]) &&
      (entry[1] as number) >= 0 &&
      (entry[1] as number) < senderColours,
  );
}
