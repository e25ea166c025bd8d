import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SearchPage } from '../../../src-main/store/message-index.ts';
import { contentOf, NaiveIndex, type Note } from './naive-index.ts';
import { Library, searchRequest, threadRequest } from './support.ts';

const words = ['ant', 'bee', 'beetle', 'cat', 'antelope', '7'];
const channels = ['room', 'hall', 'attic'];
const senders = ['alice', 'bob', 'carol'];
const types = ['task', 'question', 'result', 'answer', 'error', 'note'];
const threads = ['plan', 'plan-b'];

const word = fc.constantFrom(...words);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

/** A number stands for the message that many places back, counted when it is sent. */
const note = fc.record({
  words: fc.array(word, { minLength: 1, maxLength: 4 }),
  form: fc.constantFrom('text', 'json', 'structured', 'structured', 'structured'),
  type: fc.constantFrom(...types),
  thread: fc.option(fc.constantFrom(...threads), { nil: undefined, freq: 1 }),
  correlation: fc.option(fc.constantFrom(...threads), { nil: undefined, freq: 1 }),
  replyTo: maybe(fc.nat(20)),
  recipient: maybe(fc.constantFrom(...senders)),
});
const channel = fc.constantFrom(...channels);
const sender = fc.constantFrom(...senders);

const deed = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      deed: fc.constant('send' as const),
      channel,
      sender,
      notes: fc.array(note, { minLength: 1, maxLength: 8 }),
      // Enough for channels that are emptied in the background.
      times: fc.constantFrom(1, 1, 1, 1, 1, 50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant('clear' as const), channel }) },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('trim' as const), share: fc.nat(100) }) },
  {
    weight: 1,
    arbitrary: fc.record({ deed: fc.constant('delete' as const), every: fc.integer({ min: 2, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('reopen' as const) }) },
);

const question = fc.record({
  phrases: fc.array(
    fc.record({ words: fc.array(word, { minLength: 1, maxLength: 2 }), prefix: fc.boolean() }),
    { maxLength: 2 },
  ),
  channel: maybe(channel),
  sender: maybe(sender),
  type: maybe(fc.constantFrom(...types)),
});
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

/** A library and the naive index of what is in it. */
class World {
  readonly #library: Library;
  readonly #model = new NaiveIndex();

  constructor(library: Library) {
    this.#library = library;
  }

  async does(what: typeof deed extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const { store, index, opened } = this.#library;
    // What is removed before it was indexed leaves less behind than the naive index knows.
    if (what.deed !== 'send') await index.openCounts();
    switch (what.deed) {
      case 'send':
        for (let time = 0; time < what.times; time++) {
          for (const note of what.notes) await this.#send(what.channel, what.sender, note);
        }
        return;
      case 'clear':
        await store.clear(what.channel);
        this.#model.remove((message) => message.channel === what.channel);
        return;
      case 'trim': {
        const { messages } = this.#model;
        const before = messages[Math.floor((messages.length * what.share) / 100)]?.timestamp ?? '9999';
        await store.trim(before);
        this.#model.remove(({ timestamp }) => timestamp < before);
        return;
      }
      case 'delete':
        opened.db.prepare('DELETE FROM messages WHERE seq % ? = 0').run(what.every);
        this.#model.remove(({ seq }) => seq % what.every === 0);
        return;
      case 'reopen':
        await this.#library.reopen();
    }
  }

  async expectSame(questions: Question[]): Promise<void> {
    const { index } = this.#library;
    const { messages } = this.#model;
    for (const asked of questions) await this.#expectFound(asked);
    for (const channel of channels) {
      const { messages: open } = await index.openQuestions({ channel, limit: 5_000 });
      expect(open).toEqual(this.#model.openQuestions(channel));
    }
    for (const channel of [undefined, ...channels]) {
      for (const id of [...threads, ...messages.slice(-3).map(({ id }) => id), messages[0]?.id ?? '']) {
        const { thread, messages: all, open } = this.#model.thread(id, channel);
        const nextBefore = all.length > 10 ? all.at(-10)?.seq : null;
        expect(await index.thread(threadRequest(id, channel))).toEqual({
          thread,
          messages: all.slice(-10),
          nextBefore,
          open,
          behind: 0,
        });
      }
    }
    expect(await index.openCounts()).toEqual({
      channels: this.#model.openCounts(),
      behind: 0,
    });
  }

  async #expectFound({ phrases, ...conditions }: Question): Promise<void> {
    const query =
      phrases.length === 0
        ? undefined
        : phrases.map(({ words, prefix }) => `"${words.join(' ')}"${prefix ? '*' : ''}`).join(' ');
    if (query === undefined && Object.values(conditions).every((value) => value === undefined)) return;
    const expected = this.#model.search(phrases, conditions);
    const limit = Math.max(1, Math.ceil(expected.length / 3));
    const found = [];
    let page: SearchPage | undefined;
    do {
      const beforeSeq = page?.nextBefore ?? undefined;
      page = await this.#library.index.search({
        ...searchRequest({ query, ...conditions }),
        beforeSeq,
        limit,
      });
      found.push(...page.hits);
    } while (page.nextBefore !== null);
    expect(found).toEqual(expected);
  }

  async #send(channel: string, sender: string, sent: typeof note extends fc.Arbitrary<infer T> ? T : never) {
    const { messages } = this.#model;
    const replyTo = sent.replyTo === undefined ? undefined : (messages.at(-1 - sent.replyTo)?.id ?? 'nobody');
    const form = sent.form;
    const full: Note = { ...sent, form, replyTo };
    const message = await this.#library.send({ channel, sender, content: contentOf(full) });
    this.#model.add(message, full);
  }
}

test('finds what a list would find, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ deed, questions: fc.array(question, { maxLength: 4 }) }), {
        minLength: 3,
        maxLength: 12,
      }),
      async (sequence) => {
        const library = await Library.create();
        try {
          const world = new World(library);
          for (const { deed, questions } of sequence) {
            await world.does(deed);
            await world.expectSame(questions);
          }
        } finally {
          await library.remove();
        }
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);
