import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LiveFeed } from '../../src-main/relay/live-feed.ts';
import type { Change, Position } from '../../src-main/store/changes.ts';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import { beginning, readChanges } from '../contract/support.ts';
import { scratchDatabase } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';
import { actor, liveFeed } from './support.ts';

const channels = ['room', 'hall'];

/** Something that happens; whatever it starts is not waited for, unless it says so. */
type Happening =
  | { happens: 'append'; by: number; channel: string; count: number }
  | { happens: 'clear'; by: number; channel: string }
  | { happens: 'subscribe'; channel: string; since: 'now' | 'beginning' | 'newest' }
  | { happens: 'congest' | 'drain' | 'close'; reader: number }
  | { happens: 'turn' | 'everything done' };

const by = fc.nat(1);
const channel = fc.constantFrom(...channels);
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        happens: fc.constant('append' as const),
        by,
        channel,
        count: fc.constantFrom(1, 1, 3, 60, 230),
      }),
    },
    { weight: 2, arbitrary: fc.record({ happens: fc.constant('clear' as const), by, channel }) },
    {
      weight: 4,
      arbitrary: fc.record({
        happens: fc.constant('subscribe' as const),
        channel,
        since: fc.constantFrom('now' as const, 'beginning' as const, 'newest' as const),
      }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        happens: fc.constantFrom(
          'congest' as const,
          'congest' as const,
          'drain' as const,
          'drain' as const,
          'close' as const,
        ),
        reader: fc.nat(5),
      }),
    },
    { weight: 6, arbitrary: fc.record({ happens: fc.constant('turn' as const) }) },
    { weight: 2, arbitrary: fc.record({ happens: fc.constant('everything done' as const) }) },
  ),
  { minLength: 10, maxLength: 60 },
);

interface Reader {
  channel: string;
  sink: FakeSink;
  /** Everything after this is to reach it. */
  since: Position;
}

/** A live feed on one store, a second store that writes from outside, and readers that come, tire and go. */
class Scene {
  readonly #own: MessageStore;
  readonly #foreign: MessageStore;
  readonly #feed: LiveFeed;
  readonly #readers: Reader[] = [];
  #underWay: Promise<unknown>[] = [];
  #sent = 0;
  /** An event of each channel from before everything else, to resume from. */
  readonly #first = new Map<string, { id: string; position: Position }>();

  constructor(own: MessageStore, foreign: MessageStore) {
    this.#own = own;
    this.#foreign = foreign;
    this.#feed = liveFeed(own);
  }

  async begin(): Promise<void> {
    for (const channel of channels) {
      const { event } = await this.#own.clear(channel);
      this.#first.set(channel, { id: event.id, position: this.#own.head() });
    }
  }

  async let(happening: Happening): Promise<void> {
    switch (happening.happens) {
      case 'append':
        this.#append(happening);
        return;
      case 'clear':
        this.#underWay.push(this.#store(happening.by).clear(happening.channel));
        return;
      case 'subscribe':
        return this.#subscribe(happening);
      case 'turn':
        await new Promise(setImmediate);
        return;
      case 'everything done':
        return this.#everythingDone();
      default: {
        const sink = this.#readers[happening.reader]?.sink;
        if (!sink) return;
        if (happening.happens === 'congest') sink.congested = true;
        else if (happening.happens === 'drain') sink.drain();
        else sink.close();
      }
    }
  }

  /** Lets every reader that is still there read to the end, and compares what it got with the log. */
  async check(): Promise<void> {
    await this.#everythingDone();
    for (const channel of channels) {
      const content = `the end of ${channel}`;
      await this.#foreign.append({ channel, sender: 'alice', content });
      for (const { sink } of this.#readersOf(channel)) {
        sink.drain();
        await sink.until(() => sink.written.includes(content));
      }
    }
    for (const { channel, sink, since } of this.#readers) {
      expectInOrder(sink.delivered);
      if (sink.closed) continue;
      const log = (await readChanges(this.#own, since, { channel })).map(idOf);
      const got = new Set(sink.delivered.map(idOf));
      expect(log.filter((id) => !got.has(id))).toEqual([]);
      for (const { position } of sink.delivered) expect(isAfter(position, since)).toBe(true);
    }
    this.#feed.stop();
  }

  #append({ by, channel, count }: { by: number; channel: string; count: number }): void {
    for (let index = 0; index < count; index++) {
      const content = `message ${this.#sent++}`;
      this.#underWay.push(this.#store(by).append({ channel, sender: 'alice', content }));
    }
  }

  async #subscribe({ channel, since }: { channel: string; since: string }): Promise<void> {
    if (this.#readersOf(channel).length >= 6) return;
    const [newest] = since === 'newest' ? await this.#own.latest(channel, 1) : [];
    const place = newest && (await this.#own.locate(channel, newest.id));
    const from = newest && place ? { id: newest.id, position: place } : this.#first.get(channel);
    if (!from) throw new Error('the scene has not begun');
    const sink = new FakeSink();
    this.#readers.push({ channel, sink, since: since === 'now' ? this.#own.head() : from.position });
    const query =
      since === 'now' ? { channels: [channel] } : { channels: [channel], since: from.id, pageOn: true };
    this.#underWay.push(this.#feed.subscribe(query, actor, () => sink));
  }

  async #everythingDone(): Promise<void> {
    // Those that are read forward wait for their readers.
    for (const { sink } of this.#readers) sink.drain();
    await Promise.all(this.#underWay);
    this.#underWay = [];
  }

  #readersOf(channel: string): Reader[] {
    return this.#readers.filter((reader) => reader.channel === channel && !reader.sink.closed);
  }

  #store(by: number): MessageStore {
    return by === 0 ? this.#own : this.#foreign;
  }
}

function idOf(change: Change): string {
  return change.kind === 'message' ? change.message.id : change.event.id;
}

function isAfter(position: Position, since: Position): boolean {
  return position.seq > since.seq || position.event > since.event;
}

/** Messages by their number, events by theirs, and neither goes back behind the other. */
function expectInOrder(changes: readonly Change[]): void {
  let last: Position = beginning;
  for (const { position } of changes) {
    expect(position.seq).toBeGreaterThanOrEqual(last.seq);
    expect(position.event).toBeGreaterThanOrEqual(last.event);
    expect(isAfter(position, last)).toBe(true);
    last = position;
  }
  expect(new Set(changes.map(idOf)).size).toBe(changes.length);
}

test('whatever happens in whatever order, no reader loses or doubles anything, and all is in order', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (sequence) => {
      const database = scratchDatabase();
      try {
        const scene = new Scene(
          await database.open({ durability: 'normal' }),
          await database.open({ durability: 'normal' }),
        );
        await scene.begin();
        for (const happening of sequence) await scene.let(happening);
        await scene.check();
      } finally {
        await database.remove();
      }
    }),
    { numRuns: 60 },
  );
}, 30_000);
