import { beforeAll, expect, test } from 'vitest';
import { openEvents } from '../support/event-reader.ts';
import { list, post, send, state, type Target } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { ack, sendSeveral, until, untilWaiting, wait } from './requests.ts';

/** A reader that has nothing but its name learns that messages were removed before it got them (6.6). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

const clear = (target: Target, channel: string) => post(target, '/api/clear', { channel });

/** Bob has acknowledged the first of three messages of a channel, which is then cleared. */
async function loseTwo(target: Target, channel: string): Promise<void> {
  const [first] = await sendSeveral(target, channel, 3);
  await ack(target, { channel, consumer_id: 'bob', message_id: first?.id ?? '' });
  await clear(target, channel);
}

test('a listing says so once, beside what there is', async () => {
  await loseTwo(relay, 'listed');
  await send(relay, { channel: 'listed', content: 'next' });
  const bob = { consumer_id: 'bob' };
  const first = await list(relay, 'listed', bob);
  expect(first).toMatchObject({
    messages: [{ preview: 'next' }],
    history_lost: { removed: 2, since: anyText },
  });
  expect(first).not.toHaveProperty('warning');
  const second = await until(
    () => list(relay, 'listed', bob),
    (page) => !page.history_lost,
  );
  expect(second.messages).toMatchObject([{ preview: 'next' }]);
  expect(await list(relay, 'listed', { consumer_id: 'carol' })).not.toHaveProperty('history_lost');
});

test('a wait returns at once to say so, and waits the next time', async () => {
  await loseTwo(relay, 'waited');
  const bob = { channel: 'waited', consumer_id: 'bob' };
  expect(await wait(relay, bob)).toEqual({
    channel: 'waited',
    messages: [],
    next_cursor: null,
    consumer_id: 'bob',
    warning: null,
    timed_out: false,
    history_lost: { removed: 2, since: anyText },
  });
  await until(
    () => list(relay, 'waited', { consumer_id: 'bob' }),
    (page) => !page.history_lost,
  );
  const waiting = wait(relay, bob);
  await untilWaiting(relay, 1);
  await send(relay, { channel: 'waited', content: 'at last' });
  const page = await waiting;
  expect(page).toMatchObject({ messages: [{ content: 'at last' }], timed_out: false });
  expect(page).not.toHaveProperty('history_lost');
});

test('a clear ends the wait of who has lost messages by it, and of nobody else', async () => {
  const channel = 'interrupted';
  const [first] = await sendSeveral(relay, channel, 1);
  for (const consumer_id of ['bob', 'carol']) {
    await ack(relay, { channel, consumer_id, message_id: first?.id ?? '' });
  }
  const carol = wait(relay, { channel, consumer_id: 'carol' });
  await untilWaiting(relay, 1);
  // Carol has acknowledged all there was, so she has lost nothing.
  await clear(relay, channel);
  await send(relay, { channel, content: 'new' });
  const page = await carol;
  expect(page).toMatchObject({ messages: [{ content: 'new' }] });
  expect(page).not.toHaveProperty('history_lost');
});

test('it is not forgotten over a restart, and another process knows it too', async () => {
  await using one = await startRelay();
  await loseTwo(one, 'kept');
  await one.kill();
  await using two = await startRelay({ home: one.home });
  await using three = await startRelay({ args: ['--db', two.databasePath] });
  const query = { consumer_id: 'bob' };
  expect(await list(three, 'kept', query)).toMatchObject({ history_lost: { removed: 2 } });
  await until(
    () => list(two, 'kept', query),
    (page) => !page.history_lost,
  );
});

test('who was told on a stream is not told again', async () => {
  const [first] = await sendSeveral(relay, 'streamed', 3);
  await ack(relay, { channel: 'streamed', consumer_id: 'bob', message_id: first?.id ?? '' });
  using stream = await openEvents(relay, '/events?channel=streamed&consumer_id=bob');
  await clear(relay, 'streamed');
  expect(await stream.next()).toMatchObject({ event: 'clear' });
  await until(
    () => list(relay, 'streamed', { consumer_id: 'bob' }),
    (page) => !page.history_lost,
  );
});

test('every channel has an epoch, which changes when it loses messages', async () => {
  const epoch = async () => (await state(relay)).channels.find(({ id }) => id === 'epochs')?.epoch;
  await send(relay, { channel: 'epochs' });
  const before = await epoch();
  expect(before).toBeTypeOf('number');
  await send(relay, { channel: 'epochs' });
  expect(await epoch()).toBe(before);
  await clear(relay, 'epochs');
  await send(relay, { channel: 'epochs' });
  expect(await epoch()).not.toBe(before);
});
