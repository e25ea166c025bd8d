import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageStore } from '../../src-main/store/message-store.ts';
import type { StoreData } from './message-store-contract.ts';
import { keyOf, NaiveStore } from './naive-store.ts';
import { beginning, type CreateData, readChanges, Watching } from './support.ts';

const channels = ['room', 'hall', 'attic'];
const senders = ['alice', 'bob', 'carol'];

/** Something that somebody does through one of the two stores. */
type Deed =
  | { deed: 'append'; by: number; channel: string; sender: string; count: number }
  | { deed: 'clear'; by: number; channel: string }
  | { deed: 'trim'; by: number; share: number }
  | { deed: 'reopen' };

const by = fc.nat(1);
const channel = fc.constantFrom(...channels);
const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        deed: fc.constant('append' as const),
        by,
        channel,
        sender: fc.constantFrom(...senders),
        // Large enough for channels that are emptied in the background.
        count: fc.constantFrom(1, 1, 2, 5, 150, 260),
      }),
    },
    { weight: 3, arbitrary: fc.record({ deed: fc.constant('clear' as const), by, channel }) },
    {
      weight: 1,
      arbitrary: fc.record({
        deed: fc.constant('trim' as const),
        by,
        share: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ deed: 'reopen' as const }) },
  ),
  { minLength: 5, maxLength: 25 },
);

/** Two stores on one body of data beside the naive one, each acting in turn and looking on otherwise. */
class World {
  readonly #data: StoreData;
  readonly #model = new NaiveStore();
  #stores: MessageStore[] = [];
  #watching: Watching[] = [];
  /** How much had happened when the watching began. */
  #watchingSince = 0;

  constructor(data: StoreData) {
    this.#data = data;
  }

  async open(): Promise<void> {
    this.#stores = [await this.#data.open(), await this.#data.open()];
    this.#watching = this.#stores.map((store) => new Watching(store));
    this.#watchingSince = this.#model.history.length;
  }

  async does(deed: Deed): Promise<void> {
    if (deed.deed === 'reopen') {
      await this.expectObserved();
      await Promise.all(this.#stores.map((store) => store.close()));
      await this.open();
      return;
    }
    const store = this.#store(deed.by);
    if (deed.deed === 'append') {
      await this.#append(store, deed);
    } else if (deed.deed === 'clear') {
      const { cleared, event } = await store.clear(deed.channel);
      expect(cleared).toBe(this.#model.clear(deed.channel, event.id));
    } else {
      const { messages } = this.#model;
      const before = messages[Math.floor(messages.length * deed.share)]?.timestamp ?? '9999';
      expect(await store.trim(before)).toBe(this.#model.trim(before));
    }
  }

  /** Both stores show what the model holds. */
  async expectSame(): Promise<void> {
    for (const store of this.#stores) {
      expect(await store.totals()).toEqual(this.#model.totals());
      const summaries = await store.channels();
      expect(summaries.map(({ epoch: _epoch, ...summary }) => summary)).toEqual(this.#model.summaries());
      for (const channel of channels) {
        const messages = this.#model.of(channel);
        expect(await store.latest(channel, 5)).toEqual(messages.slice(-5));
        const middle = messages[messages.length >> 1];
        if (!middle) continue;
        expect(await store.find(middle.id)).toEqual(middle);
        expect(await store.after(channel, middle.seq, 1_000)).toEqual(
          messages.slice((messages.length >> 1) + 1),
        );
      }
    }
  }

  /** The logs hold what is left of the history, and each watcher was told of it once and in order. */
  async expectObserved(): Promise<void> {
    await this.#append(this.#store(0), { channel: 'room', sender: 'alice', count: 1 });
    const { history, removed } = this.#model;
    const log = await readChanges(this.#store(1), beginning);
    expect(settled(log.map(keyOf))).toEqual(settled(history.filter((key) => !removed.has(key))));

    const last = history.at(-1) ?? '';
    for (const watching of this.#watching) {
      const changes = await watching.until((seen) => seen.some((change) => keyOf(change) === last));
      const seen = changes.map(keyOf);
      // A message that was removed before the looking-on store saw it may be missing there; nothing else may.
      const missed = (key: string) => removed.has(key) && !seen.includes(key);
      expect(settled(seen)).toEqual(
        settled(history.slice(this.#watchingSince).filter((key) => !missed(key))),
      );
    }
  }

  #store(index: number): MessageStore {
    const store = this.#stores[index];
    if (!store) throw new Error('the world is not open');
    return store;
  }

  async #append(
    store: MessageStore,
    { channel, sender, count }: { channel: string; sender: string; count: number },
  ): Promise<void> {
    const wasEmpty = this.#model.of(channel).length === 0;
    const appended = await Promise.all(
      Array.from({ length: count }, () => store.append({ channel, sender, content: 'hello' })),
    );
    expect(appended.map(({ opensChannel }) => opensChannel)).toEqual(
      appended.map((_, index) => wasEmpty && index === 0),
    );
    for (const { message } of appended) this.#model.append(message);
  }
}

export function modelled(name: string, create: CreateData): void {
  describe(`${name}: in any sequence`, () => {
    test('does what a list would do', async () => {
      await fc.assert(
        fc.asyncProperty(deeds, async (sequence) => {
          const data = await create();
          try {
            const world = new World(data);
            await world.open();
            for (const deed of sequence) {
              await world.does(deed);
              await world.expectSame();
            }
            await world.expectObserved();
          } finally {
            await data.remove();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}

/** One trim may tell several channels of their loss, in any order: each such run of keys is put into one. */
function settled(keys: readonly string[]): string[] {
  const isTrim = (key: string | undefined) => key?.startsWith('trimmed ') === true;
  const runs: string[][] = [];
  for (const key of keys) {
    const run = runs.at(-1);
    if (run && isTrim(key) && isTrim(run.at(-1))) run.push(key);
    else runs.push([key]);
  }
  return runs.flatMap((run) => run.sort());
}
