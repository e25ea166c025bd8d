import type { Agent } from 'node:http';
import type { Model, Seen } from '../model.ts';
import { ask, codeOf, connectionsTo, expectBreak, type Place, type Reply } from './ask.ts';
import { pause } from './pause.ts';
import type { Random } from './random.ts';

export interface ConsumerOptions {
  place: Place;
  model: Model;
  random: Random;
  name: string;
  channel: string;
}

/** An agent as the guide has it: waits for messages by its name, takes them, acknowledges the last one, waits again. */
export class Consumer {
  readonly name: string;
  readonly channel: string;
  /** The numbers of what it has taken, each once, however often it came. */
  readonly received: number[] = [];
  readonly #options: ConsumerOptions;
  readonly #agent: Agent;
  readonly #leaving = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.name = options.name;
    this.channel = options.channel;
    this.#agent = connectionsTo(options.place);
    this.#done = this.#run();
    // What goes wrong is told to who asks it to leave.
    this.#done.catch(() => undefined);
  }

  /** The newest message that it is done with, as the relay has confirmed. */
  get position(): number {
    return this.#options.model.positionOf(this.#id);
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#done;
    this.#agent.destroy();
  }

  get #id(): string {
    return `${this.name} on ${this.channel}`;
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    while (!this.#leaving.signal.aborted) {
      const messages = await this.#wait();
      const newest = messages?.at(-1);
      if (newest) await this.#acknowledge(newest);
      else if (!messages) await pause(random.between(5, 60), this.#leaving.signal);
    }
  }

  /** Undefined if there was no answer, or a refusal. */
  async #wait(): Promise<Seen[] | undefined> {
    const query = new URLSearchParams({
      channel: this.channel,
      consumer_id: this.name,
      timeout_seconds: '1',
      limit: '200',
    });
    const reply = await this.#ask('a wait', 'GET', `/api/wait?${query.toString()}`);
    if (!reply) return undefined;
    const { messages } = reply.body as { messages: Seen[] };
    for (const { seq } of messages) {
      if (seq <= this.position) {
        this.#options.model.violated(
          `${this.#id} was handed seq ${seq} behind its position ${this.position}`,
        );
      }
      // What was not acknowledged comes again, as it should.
      if (seq > (this.received.at(-1) ?? 0)) this.received.push(seq);
    }
    return messages;
  }

  async #acknowledge({ id, seq }: Seen): Promise<void> {
    const body = { channel: this.channel, consumer_id: this.name, message_id: id };
    const reply = await this.#ask('an ack', 'POST', '/api/ack', body);
    if (!reply) return;
    const { last_seq } = reply.body as { last_seq: number };
    if (last_seq < seq)
      this.#options.model.violated(`${this.#id} acked seq ${seq} and stands at ${last_seq}`);
    this.#options.model.stands(this.#id, last_seq);
  }

  async #ask(what: string, method: string, path: string, body?: object): Promise<Reply | undefined> {
    const { place, model } = this.#options;
    const signal = this.#leaving.signal;
    try {
      const reply = await ask(place, method, path, { ...(body && { body }), agent: this.#agent, signal });
      if (reply.status === 200) return reply;
      model.refused(what, reply.status, codeOf(reply));
    } catch (error) {
      expectBreak(error);
      // The connection broke, or the relay is away: it asks again.
      model.unanswered++;
    }
    return undefined;
  }
}
