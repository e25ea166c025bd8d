import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Waiters, type Waking } from '../../../src-main/relay/waiters.ts';
import { turn } from './support.ts';

const channels = ['room', 'hall'];

/** What happens, one after the other; whoever waits goes on in between as far as it can. */
type Happening =
  | { happens: 'enter'; channel: string }
  | { happens: 'message'; channel: string }
  | { happens: 'leave'; waiter: number }
  | { happens: 'turn' | 'read on' | 'stop' };

const channel = fc.constantFrom(...channels);
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ happens: fc.constant('enter' as const), channel }) },
    { weight: 5, arbitrary: fc.record({ happens: fc.constant('message' as const), channel }) },
    { weight: 1, arbitrary: fc.record({ happens: fc.constant('leave' as const), waiter: fc.nat(8) }) },
    { weight: 4, arbitrary: fc.record({ happens: fc.constant('turn' as const) }) },
    { weight: 4, arbitrary: fc.record({ happens: fc.constant('read on' as const) }) },
    { weight: 1, arbitrary: fc.record({ happens: fc.constant('stop' as const) }) },
  ),
  { maxLength: 40 },
);

/** One who waits for the next message of a channel, as the relay does it, on a store whose reads take their time. */
class Reader {
  readonly channel: string;
  readonly leaving = new AbortController();
  /** Messages of the channel when it came. */
  readonly from: number;
  ended: 'message' | Waking | undefined;
  readonly done: Promise<void>;

  constructor(scene: Scene, channel: string) {
    this.channel = channel;
    this.from = scene.count(channel);
    this.done = this.#wait(scene);
  }

  async #wait(scene: Scene): Promise<void> {
    const place = scene.waiters.enter(this.channel);
    try {
      for (;;) {
        place.listen();
        if ((await scene.read(this.channel)) > this.from) {
          this.ended = 'message';
          return;
        }
        const waking = await place.until(performance.now() + 60_000, this.leaving.signal);
        if (waking === 'news') continue;
        this.ended = waking;
        return;
      }
    } finally {
      place.leave();
    }
  }
}

class Scene {
  readonly waiters = new Waiters(() => 100);
  readonly readers: Reader[] = [];
  isStopped = false;
  readonly #counts = new Map<string, number>();
  #reads: (() => void)[] = [];

  count(channel: string): number {
    return this.#counts.get(channel) ?? 0;
  }

  /** What is found is of the moment of asking; it arrives when the scene reads on. */
  read(channel: string): Promise<number> {
    const found = this.count(channel);
    return new Promise((resolve) => this.#reads.push(() => resolve(found)));
  }

  readOn(): void {
    for (const arrive of this.#reads.splice(0)) arrive();
  }

  get isReading(): boolean {
    return this.#reads.length > 0;
  }

  message(channel: string): void {
    this.#counts.set(channel, this.count(channel) + 1);
    this.waiters.wake(channel);
  }
}

async function let_(scene: Scene, happening: Happening): Promise<void> {
  switch (happening.happens) {
    case 'enter':
      if (!scene.isStopped) scene.readers.push(new Reader(scene, happening.channel));
      return;
    case 'message':
      scene.message(happening.channel);
      return;
    case 'leave':
      scene.readers[happening.waiter]?.leaving.abort();
      return;
    case 'stop':
      scene.isStopped = true;
      scene.waiters.stop();
      return;
    case 'read on':
      scene.readOn();
      return;
    case 'turn':
      await turn();
  }
}

test('whatever happens in whatever order, no message is missed and nobody is kept who has no reason to wait', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (sequence) => {
      const scene = new Scene();
      for (const happening of sequence) await let_(scene, happening);
      do {
        scene.readOn();
        await turn();
      } while (scene.isReading);

      for (const reader of scene.readers) {
        const hasNews = scene.count(reader.channel) > reader.from;
        const hasReason = !hasNews && !scene.isStopped && !reader.leaving.signal.aborted;
        expect(reader.ended === undefined).toBe(hasReason);
        if (hasNews && !scene.isStopped && !reader.leaving.signal.aborted)
          expect(reader.ended).toBe('message');
      }
      expect(scene.waiters.size).toBe(scene.readers.filter(({ ended }) => ended === undefined).length);
      for (const channel of channels) {
        const waiting = scene.readers.filter((reader) => reader.channel === channel && !reader.ended);
        expect(scene.waiters.on(channel)).toBe(waiting.length);
      }
      scene.waiters.stop();
      await Promise.all(scene.readers.map(({ done }) => done));
      expect(scene.waiters.size).toBe(0);
    }),
    { numRuns: 300 },
  );
}, 30_000);

test('news that come after the end of all waiting keep nobody waiting', async () => {
  const waiters = new Waiters(() => 1);
  const place = waiters.enter('room');
  place.listen();
  waiters.stop();
  waiters.wake('room');
  place.listen();
  expect(await place.until(performance.now() + 60_000, new AbortController().signal)).toBe('stopped');
});
