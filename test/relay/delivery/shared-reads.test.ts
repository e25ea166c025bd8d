import { expect, test } from 'vitest';
import { altered } from '../support.ts';
import { databaseOfTest } from '../../store/support.ts';
import { contents, relayOn, send, someone, turn, waitQuery } from './support.ts';

/** A relay that counts how often its store is asked for what lies behind an id. */
async function countingRelay() {
  const counted = { reads: 0 };
  const { relay } = await relayOn(databaseOfTest(), {}, (store) =>
    altered(store, {
      afterId(...query) {
        counted.reads++;
        return store.afterId(...query);
      },
    }),
  );
  return { relay, counted };
}

test('those who are woken by one message read it from the store once, and all get it', async () => {
  const { relay, counted } = await countingRelay();
  const { message: first } = await send(relay, 'first');
  const waiting = Array.from({ length: 20 }, () => relay.wait(waitQuery(first.id), someone));
  await turn();
  counted.reads = 0;
  const { message: second } = await send(relay, 'second');
  for (const page of await Promise.all(waiting)) expect(contents(page)).toEqual(['second']);
  expect(counted.reads).toBe(1);

  // Those who stand elsewhere, or want another number of messages, are given theirs.
  const further = [waitQuery(first.id), { ...waitQuery(first.id), limit: 1 }, waitQuery(second.id)];
  const pages = further.map((query) => relay.wait(query, someone));
  await turn();
  await send(relay, 'third');
  expect((await Promise.all(pages)).map(contents)).toEqual([['second'], ['second'], ['third']]);
});

test('a read is not shared with who asks after it', async () => {
  const { relay, counted } = await countingRelay();
  const { message: first } = await send(relay, 'first');
  const query = { channel: first.channel, since: first.id, limit: 10 };
  expect(contents(await relay.receive(query, someone))).toEqual([]);
  await send(relay, 'second');
  expect(contents(await relay.receive(query, someone))).toEqual(['second']);
  expect(counted.reads).toBe(2);
});
