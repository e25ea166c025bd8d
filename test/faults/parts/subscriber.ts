import { createParser } from 'eventsource-parser';
import { text } from 'node:stream/consumers';
import type { Model, Seen } from '../model.ts';
import { codeOf, expectBreak, open, type Place } from './ask.ts';
import { pause } from './pause.ts';
import type { Random } from './random.ts';

export interface SubscriberOptions {
  place: Place;
  model: Model;
  random: Random;
  name: string;
  /** The path of the stream with its query, such as `/events?all=1`. */
  path: string;
  /** It begins behind the message or event with this id. */
  since: string;
  /** `fast` reads what comes; `slow` stops reading now and then; `restless` leaves now and then and comes back. */
  manner?: 'fast' | 'slow' | 'restless';
  /** It reads nothing at all until this resolves. */
  hearing?: Promise<unknown>;
}

/** One who follows a stream, and comes back with its last id whenever the stream ends. */
export class Subscriber {
  readonly name: string;
  /** The numbers of what it has received; contents of hundreds of subscribers would not fit into memory. */
  readonly received: number[] = [];
  /** How often it had to connect, the first time included. */
  connections = 0;
  readonly #options: SubscriberOptions;
  readonly #leaving = new AbortController();
  readonly #done: Promise<void>;
  #lastId: string;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.name = options.name;
    this.#lastId = options.since;
    this.#done = this.#run();
    // What goes wrong is told to who asks it to leave.
    this.#done.catch(() => undefined);
  }

  get lastSeq(): number {
    return this.received.at(-1) ?? 0;
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { random } = this.#options;
    while (!this.#leaving.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        // The stream broke, or could not be opened: it is opened again where it stood.
        expectBreak(error);
      }
      await pause(random.between(10, 400), this.#leaving.signal);
    }
  }

  /** One connection, until it ends. */
  async #follow(): Promise<void> {
    const { place, path, manner = 'fast', hearing, random, model } = this.#options;
    this.connections++;
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, this.#leaving.signal]);
    // Without the end that a bounded replay has.
    const whole = `${path}${path.includes('?') ? '&' : '?'}replay=all`;
    const headers = { 'Last-Event-ID': this.#lastId };
    const response = await open(place, 'GET', whole, { headers, signal, agent: undefined });
    if (response.statusCode !== 200) {
      const body = JSON.parse(await text(response)) as unknown;
      const status = response.statusCode ?? 0;
      model.refused('a stream', status, codeOf({ status, body }));
      return;
    }
    const parser = createParser({
      onEvent: (event) => this.#take(event.event, event.id, event.data),
    });
    await hearing;
    if (manner === 'restless') setTimeout(() => gone.abort(), random.between(50, 1_500));
    response.setEncoding('utf8');
    for await (const chunk of response as AsyncIterable<string>) {
      parser.feed(chunk);
      // Not to ask for more is not to read: what the relay writes piles up.
      if (manner === 'slow' && random.chance(0.2)) await pause(random.between(20, 400), signal);
    }
  }

  #take(event: string | undefined, id: string | undefined, data: string): void {
    if (id !== undefined) this.#lastId = id;
    if (event === 'cursor_stale')
      this.#options.model.violated(`${this.name} was told that its cursor is stale`);
    if (event !== 'message') return;
    const { seq } = JSON.parse(data) as Seen;
    if (seq <= this.lastSeq) {
      this.#options.model.violated(`${this.name} received seq ${seq} after seq ${this.lastSeq}`);
    }
    this.received.push(seq);
  }
}
