import { errorStatus } from '../../src-shared/bridge-error.ts';

/** What a sender wants to be stored. Its content is the only one of its kind, so that nothing can be mistaken. */
export interface Draft {
  key: string;
  channel: string;
  sender: string;
  content: string;
}

/** A message as somebody was shown it. */
export interface Seen {
  seq: number;
  id: string;
  content: string;
}

interface Intent extends Draft {
  /** What the answer said, once there was one. */
  answer?: { id: string; seq: number };
}

/** More would say nothing new. */
const mostViolations = 20;

/**
 * What must hold whatever happens to a relay. Clients tell it what they asked for and what they were told; in the end it
 * is shown what is stored. It notes each broken promise as a sentence and never throws: the trial goes on.
 *
 * The promises: no acknowledged message is lost; none is there twice, however often a send was repeated under its key;
 * nothing is there that nobody sent; order is by `seq`; positions of consumers go forward only; each subscriber and
 * consumer in the end has everything, once and in order; every refusal has a stable code.
 */
export class Model {
  readonly violations: string[] = [];
  /** How often each code was the answer. */
  readonly refusals = new Map<string, number>();
  /** Sends that had no answer: the connection broke, or nothing came in time. */
  unanswered = 0;
  readonly #intents = new Map<string, Intent>();
  readonly #positions = new Map<string, number>();
  #acknowledged = 0;
  #broken = 0;

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** All broken promises, those that were not written down included. */
  get broken(): number {
    return this.#broken;
  }

  violated(sentence: string): void {
    this.#broken++;
    if (this.violations.length < mostViolations) this.violations.push(sentence);
  }

  /** From now on it may be stored. */
  intends(draft: Draft): void {
    this.#intents.set(draft.content, { ...draft });
  }

  /** A send was answered with success, be it the first time or again. */
  acknowledges(draft: Draft, answer: { id: string; seq: number }): void {
    const intent = this.#intents.get(draft.content);
    if (!intent) throw new Error(`nobody has intended ${draft.content}`);
    if (!intent.answer) {
      this.#acknowledged++;
      intent.answer = { id: answer.id, seq: answer.seq };
    } else if (intent.answer.id !== answer.id || intent.answer.seq !== answer.seq) {
      this.violated(
        `${named(draft.content)} was acknowledged as seq ${intent.answer.seq} and, repeated, as seq ${answer.seq}`,
      );
    }
  }

  /** A request was answered with an error. */
  refused(what: string, status: number, code: unknown): void {
    const word = typeof code === 'string' ? code : `status ${status} without a code`;
    this.refusals.set(word, (this.refusals.get(word) ?? 0) + 1);
    if (typeof code !== 'string' || !(code in errorStatus)) {
      this.violated(`${what} was refused with status ${status} and without a known code (${word})`);
    } else if (code === 'internal_error') {
      this.violated(`${what} was refused with internal_error`);
    }
  }

  /** A consumer was told its position. */
  stands(consumer: string, seq: number): void {
    const before = this.#positions.get(consumer) ?? 0;
    if (seq < before) this.violated(`the position of ${consumer} went back from ${before} to ${seq}`);
    this.#positions.set(consumer, Math.max(before, seq));
  }

  /** The furthest position that a consumer was told. */
  positionOf(consumer: string): number {
    return this.#positions.get(consumer) ?? 0;
  }

  /**
   * Everything that is stored, in the order in which it was listed.
   * @param required which acknowledged messages must be there; all by default
   */
  holds(stored: readonly Seen[], required: (draft: Draft) => boolean = () => true): void {
    const found = new Map<string, Seen>();
    let last = 0;
    for (const message of stored) {
      if (message.seq <= last) this.violated(`seq ${message.seq} is listed after seq ${last}`);
      last = message.seq;
      const intent = this.#intents.get(message.content);
      const twin = found.get(message.content);
      if (!intent) this.violated(`seq ${message.seq} holds ${named(message.content)}, which nobody has sent`);
      if (twin)
        this.violated(`${named(message.content)} is there twice, as seq ${twin.seq} and ${message.seq}`);
      found.set(message.content, message);
    }
    for (const intent of this.#intents.values()) {
      if (!intent.answer) continue;
      const message = found.get(intent.content);
      if (!message) {
        if (required(intent)) {
          this.violated(
            `${named(intent.content)} was acknowledged as seq ${intent.answer.seq} and is not there`,
          );
        }
      } else if (message.id !== intent.answer.id || message.seq !== intent.answer.seq) {
        this.violated(
          `${named(intent.content)} was acknowledged as seq ${intent.answer.seq} and is there as seq ${message.seq}`,
        );
      }
    }
  }

  /** The numbers that a reader has received in all, compared with what it should have. */
  receives(reader: string, got: readonly number[], stored: readonly Seen[]): void {
    const expected = stored.map(({ seq }) => seq);
    const place = expected.findIndex((seq, index) => got[index] !== seq);
    if (place >= 0) {
      this.violated(
        `${reader} should have received seq ${expected[place] ?? 0} and received ${got[place] === undefined ? 'nothing more' : `seq ${got[place]}`} (${got.length} of ${expected.length} in all)`,
      );
    } else if (got.length > expected.length) {
      this.violated(`${reader} received ${got.length - expected.length} more than is stored`);
    }
  }
}

/** Contents are padded: their beginning tells them apart. */
function named(content: string): string {
  return `“${content.slice(0, 40).trimEnd()}”`;
}
