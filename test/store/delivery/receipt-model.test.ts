import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageStore } from '../../../src-main/store/message-store.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { scratchDatabase } from '../support.ts';
import { ack, at, rangeOf } from './support.ts';

const consumers = ['bob', 'carol'];
const messageCount = 24;

const step = fc.record({
  does: fc.constantFrom('read' as const, 'read' as const, 'read' as const, 'ack' as const, 'reset' as const),
  consumer: fc.constantFrom(...consumers),
  /** By which of two processes. */
  by: fc.nat(1),
  from: fc.nat(messageCount - 1),
  length: fc.nat(6),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What is to be known of one consumer, in the plainest way: message by message. */
class ModelConsumer {
  readonly read = new Set<number>();
  readonly acked = new Set<number>();
  cursor = -1;
  readTo = -1;
  follows = false;

  take({ does, from, length }: Step): void {
    const to = Math.min(from + length, messageCount - 1);
    if (does === 'read') {
      for (let index = from; index <= to; index++) this.read.add(index);
      this.readTo = Math.max(this.readTo, to);
      this.follows = true;
    } else if (does === 'ack') {
      for (let index = this.cursor + 1; index <= from; index++) this.acked.add(index);
      this.cursor = Math.max(this.cursor, from);
      this.follows = true;
    } else if (this.follows) {
      this.cursor = this.readTo = from;
    }
  }

  get unread(): number {
    return messageCount - 1 - Math.max(this.cursor, this.readTo);
  }
}

/** Messages of the room between those of another channel. */
async function fillMixed(store: MessageStore): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for (let index = 0; index < messageCount; index++) {
    messages.push((await store.append({ channel: 'room', sender: 'alice', content: 'in the room' })).message);
    if (index % 3 === 0) await store.append({ channel: 'hall', sender: 'alice', content: 'in the hall' });
  }
  return messages;
}

async function carryOut(store: MessageStore, messages: readonly StoredMessage[], step: Step): Promise<void> {
  const { does, consumer, from, length } = step;
  const first = at(messages, from);
  const last = at(messages, Math.min(from + length, messageCount - 1));
  if (does === 'read') await store.recordRead(rangeOf(first, last, consumer));
  else if (does === 'ack') await ack(store, first, consumer);
  else await store.resetConsumer({ consumer, channel: 'room', toSeq: first.seq });
}

test('receipts and unread counts are those of a model that keeps them message by message', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const database = scratchDatabase();
      try {
        const stores = [
          await database.open({ durability: 'normal' }),
          await database.open({ durability: 'normal' }),
        ];
        const [store] = stores;
        if (!store) throw new Error('no store');
        const messages = await fillMixed(store);
        const model = new Map(consumers.map((consumer) => [consumer, new ModelConsumer()]));
        for (const one of steps) {
          await carryOut(stores[one.by] ?? store, messages, one);
          model.get(one.consumer)?.take(one);
        }
        for (const [index, message] of messages.entries()) {
          const receipts = new Map((await store.receipts(message)).map((each) => [each.consumer, each]));
          for (const [consumer, { read, acked }] of model) {
            const { readAt = null, ackedAt = null } = receipts.get(consumer) ?? {};
            expect([index, consumer, readAt !== null, ackedAt !== null]).toEqual([
              index,
              consumer,
              read.has(index),
              acked.has(index),
            ]);
          }
        }
        const unread = (await store.consumers({ channel: 'room' })).map((each) => [
          each.consumer,
          each.unread,
        ]);
        expect(unread).toEqual(
          [...model].filter(([, { follows }]) => follows).map(([name, each]) => [name, each.unread]),
        );
      } finally {
        await database.remove();
      }
    }),
    { numRuns: 60 },
  );
}, 30_000);
