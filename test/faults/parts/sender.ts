import type { Agent } from 'node:http';
import type { Draft, Model } from '../model.ts';
import { ask, codeOf, connectionsTo, expectBreak, type Place, type Reply } from './ask.ts';
import { pause } from './pause.ts';
import type { Random } from './random.ts';

export interface SenderOptions {
  place: Place;
  model: Model;
  random: Random;
  /** Tells its messages from those of others. */
  name: string;
  channels: readonly [string, ...string[]];
  /** Longest content, in characters. */
  longest?: number;
  /** How long it waits for an answer before it asks again, in ms. */
  patience?: number;
  /** Rests so long at most between two messages, in ms. */
  restMs?: number;
  /** Told of each acknowledgement in the moment it comes. */
  onAcknowledged?: ((draft: Draft) => void) | undefined;
}

/** One who sends messages one after the other, each under a key, and repeats each until it is acknowledged. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #agent: Agent;
  readonly #finishing = new AbortController();
  readonly #givingUp = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#agent = connectionsTo(options.place);
    this.#done = this.#run();
    // What goes wrong is told to who lets it finish.
    this.#done.catch(() => undefined);
  }

  /** Lets it bring its last message to an end. @throws Error if it cannot within `limitMs`: the relay does not recover */
  async finish(limitMs: number): Promise<void> {
    this.#finishing.abort();
    const limit = setTimeout(() => this.#givingUp.abort(), limitMs);
    await this.#done;
    clearTimeout(limit);
    this.#agent.destroy();
    if (this.#givingUp.signal.aborted) {
      throw new Error(`${this.#options.name} could not send its last message within ${limitMs / 1000} s`);
    }
  }

  /** Ends it wherever it is. */
  async giveUp(): Promise<void> {
    this.#finishing.abort();
    this.#givingUp.abort();
    await this.#done;
    this.#agent.destroy();
  }

  async #run(): Promise<void> {
    const { model, random, restMs = 0 } = this.#options;
    for (let number = 0; !this.#finishing.signal.aborted; number++) {
      const draft = this.#draft(number);
      model.intends(draft);
      await this.#sendUntilAcknowledged(draft);
      if (restMs > 0) await pause(random.between(0, restMs), this.#finishing.signal);
    }
  }

  #draft(number: number): Draft {
    const { name, random, channels, longest = 300 } = this.#options;
    const key = `${name}.${number}`;
    const content = `${key} `.padEnd(random.between(key.length + 1, longest), '.');
    return { key, channel: random.pick(channels), sender: name, content };
  }

  async #sendUntilAcknowledged(draft: Draft): Promise<void> {
    const { model, onAcknowledged, random } = this.#options;
    while (!this.#givingUp.signal.aborted) {
      const reply = await this.#send(draft);
      if (reply?.status === 200) {
        onAcknowledged?.(draft);
        model.acknowledges(draft, reply.body as { id: string; seq: number });
        return;
      }
      if (reply) {
        model.refused('a send', reply.status, codeOf(reply));
        if (reply.status < 500) {
          model.violated(
            `a valid send was refused with status ${reply.status} (${JSON.stringify(reply.body)})`,
          );
          return;
        }
      }
      await pause(random.between(5, 60), this.#givingUp.signal);
    }
  }

  async #send({ key, channel, sender, content }: Draft): Promise<Reply | undefined> {
    const { place, patience = 5_000, model } = this.#options;
    try {
      const body = { channel, sender, content, idempotency_key: key };
      const signal = this.#givingUp.signal;
      return await ask(place, 'POST', '/api/send', { body, patience, agent: this.#agent, signal });
    } catch (error) {
      expectBreak(error);
      // Whether it was stored is unknown: that is what the key is for.
      model.unanswered++;
      return undefined;
    }
  }
}
