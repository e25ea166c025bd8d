import { senderColour, senderColours, type SenderColour } from '../../terminal/sender-colour.ts';

export type { SenderColour };

/** Which colour each sender has. Once given it stays as long as the screen does. */
export class SenderColours {
  readonly #given = new Map<string, SenderColour>();

  /** The colour that its name says, or the next one that nobody of `beside` has. */
  of(sender: string, beside: readonly string[]): SenderColour {
    const given = this.#given.get(sender);
    if (given) return given;
    const taken = new Set(beside.map((other) => this.#given.get(other)));
    const wished = senderColour(sender);
    const first = senderColours.indexOf(wished);
    const inTurn = [...senderColours.slice(first), ...senderColours.slice(0, first)];
    const colour = inTurn.find((candidate) => !taken.has(candidate)) ?? wished;
    this.#given.set(sender, colour);
    return colour;
  }
}
