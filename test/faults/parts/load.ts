import type { Draft, Model, Seen } from '../model.ts';
import { ask, codeOf, type Place, type Reply } from './ask.ts';
import { Consumer } from './consumer.ts';
import { until } from './pause.ts';
import type { Random } from './random.ts';
import { Sender } from './sender.ts';
import { Subscriber, type SubscriberOptions } from './subscriber.ts';

export interface LoadOptions {
  place: Place;
  model: Model;
  random: Random;
  senders?: number;
  subscribers?: number;
  consumers?: number;
  longest?: number;
  patience?: number;
  restMs?: number;
  onAcknowledged?: (draft: Draft) => void;
}

/** How a subscriber behaves. */
type Manners = Pick<SubscriberOptions, 'manner' | 'hearing'>;

export const channels: readonly [string, ...string[]] = ['trial:one', 'trial:two', 'trial:three'];

/** How long a relay may take until everybody has everything again once the fault is over, in ms. */
const recoveryMs = 60_000;

/** Senders, subscribers and consumers at work on the same channels. */
export class Load {
  readonly #options: LoadOptions;
  readonly #senders: Sender[];
  readonly #subscribers: Subscriber[];
  readonly #consumers: Consumer[];
  /** Subscribers begin behind it: a stream without a cursor begins with what comes next. */
  readonly #opening: { id: string; seq: number };

  private constructor(options: LoadOptions, opening: { id: string; seq: number }) {
    const { senders = 8, subscribers = 3, consumers = 2, random, ...rest } = options;
    this.#options = options;
    this.#opening = opening;
    const many = <T>(count: number, make: (number: number) => T) =>
      Array.from({ length: count }, (_, number) => make(number));
    this.#senders = many(senders, (number) => {
      const name = `sender-${number}`;
      return new Sender({ ...rest, name, channels, random: random.fork(name) });
    });
    this.#subscribers = many(subscribers, (number) => {
      const manner = (['fast', 'slow', 'restless'] as const)[number % 3] ?? 'fast';
      return this.#subscriber(`${manner} subscriber ${number}`, { manner });
    });
    this.#consumers = many(consumers, (number) => {
      const name = `consumer-${number}`;
      const channel = channels[number % channels.length] ?? channels[0];
      return new Consumer({ ...rest, name, channel, random: random.fork(name) });
    });
  }

  /** Sends a first message and lets everybody begin. */
  static async begin(options: LoadOptions): Promise<Load> {
    const { place, model } = options;
    const [channel] = channels;
    const draft = { key: 'opening', channel, sender: 'opener', content: 'opening' };
    model.intends(draft);
    const body = { channel, sender: draft.sender, content: draft.content, idempotency_key: draft.key };
    const reply = await ask(place, 'POST', '/api/send', { body });
    if (reply.status !== 200) throw new Error(`the first send was refused with ${String(codeOf(reply))}`);
    const opening = reply.body as { id: string; seq: number };
    options.onAcknowledged?.(draft);
    model.acknowledges(draft, opening);
    return new Load(options, opening);
  }

  /** One more subscriber of everything. */
  subscribe(name: string, options: Manners = {}): Subscriber {
    const subscriber = this.#subscriber(name, options);
    this.#subscribers.push(subscriber);
    return subscriber;
  }

  get subscribers(): readonly Subscriber[] {
    return this.#subscribers;
  }

  /** Resolves when so many more sends have been acknowledged: the relay works. */
  async progress(count: number, limitMs = recoveryMs): Promise<void> {
    const { model } = this.#options;
    const goal = model.acknowledged + count;
    await until(() => model.acknowledged >= goal, `${count} further messages were not acknowledged`, limitMs);
  }

  /**
   * The fault is over: lets senders finish, waits until everybody has everything, and compares.
   * @returns what is stored
   */
  async settle(limitMs = recoveryMs): Promise<Seen[]> {
    await Promise.all(this.#senders.map((sender) => sender.finish(limitMs)));
    const stored = await this.compare();
    const last = stored.at(-1)?.seq ?? 0;
    await this.#attempt(async () => {
      await Promise.all(
        this.#subscribers.map((subscriber) =>
          until(() => subscriber.lastSeq >= last, `${subscriber.name} is not complete`, limitMs),
        ),
      );
    });
    const behindOpening = stored.filter(({ seq }) => seq > this.#opening.seq);
    for (const { name, received } of this.#subscribers) {
      this.#options.model.receives(name, received, behindOpening);
    }
    for (const consumer of this.#consumers) await this.#settle(consumer, limitMs);
    await this.giveUp();
    return stored;
  }

  /** Shows the model what is stored right now. */
  async compare(): Promise<Seen[]> {
    const stored = await this.listed();
    this.#options.model.holds(stored);
    return stored;
  }

  /** Ends everybody wherever they are. */
  async giveUp(): Promise<void> {
    const senders = this.#senders.map((sender) => sender.giveUp());
    const readers = [...this.#subscribers, ...this.#consumers].map((reader) => reader.leave());
    await Promise.all([...senders, ...readers]);
  }

  #subscriber(name: string, options: Manners): Subscriber {
    const { place, model, random } = this.#options;
    return new Subscriber({
      place,
      model,
      random: random.fork(name),
      name,
      path: '/events?all=1',
      since: this.#opening.id,
      ...options,
    });
  }

  async #settle(consumer: Consumer, limitMs: number): Promise<void> {
    const expected = (await this.#listing(consumer.channel)).sort((a, b) => a.seq - b.seq);
    const last = expected.at(-1)?.seq ?? 0;
    const done = () => consumer.position >= last;
    await this.#attempt(() => until(done, `${consumer.name} has not acknowledged everything`, limitMs));
    this.#options.model.receives(consumer.name, consumer.received, expected);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.model.violated((error as Error).message);
    }
  }

  /** Everything that is stored, by listings. */
  async listed(): Promise<Seen[]> {
    const listings = await Promise.all(channels.map((channel) => this.#listing(channel)));
    // Each listing must be in order by itself, which sorting them together would hide.
    for (const listing of listings) {
      const unordered = listing.find(({ seq }, index) => seq <= (listing[index - 1]?.seq ?? 0));
      if (unordered) this.#options.model.violated(`a listing has seq ${unordered.seq} in the wrong place`);
    }
    return listings.flat().sort((a, b) => a.seq - b.seq);
  }

  async #listing(channel: string): Promise<Seen[]> {
    const messages: Seen[] = [];
    let since = '';
    for (;;) {
      const query = new URLSearchParams({ channel, limit: '500', full: '1' });
      // Without a cursor a listing is of the newest ones; a consumer that was never there begins at the first.
      if (since === '') query.set('consumer_id', 'the listing');
      else query.set('since_id', since);
      const reply = await this.#page(query);
      const page = (reply.body as { messages: Seen[] }).messages;
      messages.push(...page.map(({ seq, id, content }) => ({ seq, id, content })));
      const newest = page.at(-1);
      if (!newest) return messages;
      since = newest.id;
    }
  }

  /** A page of a listing. Who asks is as busy as the relay, so it may have to ask again. */
  async #page(query: URLSearchParams): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      const path = `/api/messages?${query.toString()}`;
      const reply = await ask(this.#options.place, 'GET', path, { patience: 60_000 });
      if (reply.status === 200) return reply;
      this.#options.model.refused('a listing', reply.status, codeOf(reply));
      if (tries === 5) throw new Error(`a listing was refused with ${String(codeOf(reply))} five times`);
    }
  }
}
