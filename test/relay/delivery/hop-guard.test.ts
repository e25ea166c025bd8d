import { describe, expect, test } from 'vitest';
import type { Relay } from '../../../src-main/relay/relay.ts';
import { parseSend } from '../../../src-shared/api/sending.ts';
import { altered } from '../support.ts';
import { relayOfTest, relayOn, someone } from './support.ts';

const limit = { maxHops: 3 };

function envelope(fields: object) {
  return { schema_version: 1, type: 'note', content: 'pong', ...fields };
}

async function say(relay: Relay, fields: object = {}, more: object = {}): Promise<string> {
  const request = { channel: 'room', sender: 'alice', message: envelope(fields), ...more };
  return (await relay.send(parseSend(request), someone)).message.id;
}

/** Answers the last of some messages so many times, each time the one before. */
async function answer(relay: Relay, id: string, times: number): Promise<string> {
  let last = id;
  for (let count = 0; count < times; count++) last = await say(relay, { reply_to: last });
  return last;
}

const refused = { code: 'too_many_hops', status: 409, field: 'reply_to' };

test('a chain of answers ends at the limit, which the refusal names', async () => {
  const { relay, store } = await relayOfTest(limit);
  const last = await answer(relay, await say(relay), 3);
  const refusal = await say(relay, { reply_to: last }).catch((error: unknown) => error);
  expect(refusal).toMatchObject(refused);
  expect(String(refusal)).toContain('4 hops away');
  expect(String(refusal)).toContain('maxHops is 3');
  expect(await store.totals()).toMatchObject({ messages: 4 });
  // Anybody may begin anew, and answer what lies further back.
  await answer(relay, await say(relay), 3);
});

test('many answers to one message are no chain', async () => {
  const { relay } = await relayOfTest(limit);
  const question = await say(relay);
  for (let count = 0; count < 20; count++) await say(relay, { reply_to: question });
});

test('what causes a message counts like what it answers, and the longer way counts', async () => {
  const { relay } = await relayOfTest(limit);
  const root = await say(relay);
  const second = await say(relay, { causation_id: await say(relay, { reply_to: root }) });
  const third = await say(relay, { reply_to: root, causation_id: second });
  await expect(say(relay, { reply_to: root, causation_id: third })).rejects.toMatchObject({
    ...refused,
    field: 'causation_id',
  });
  await say(relay, { reply_to: root });
});

test('envelopes that come as text count, and other text does not', async () => {
  const { relay } = await relayOfTest(limit);
  const asText = (reply_to: string, more: object = {}) =>
    say(relay, {}, { message: undefined, content: JSON.stringify(envelope({ reply_to, ...more })) });
  let last = await say(relay);
  for (let count = 0; count < 3; count++) last = await asText(last);
  await expect(asText(last)).rejects.toMatchObject(refused);
  await asText(last, { schema_version: 2 });
  await say(relay, {}, { message: undefined, content: `{"reply_to":"${last}"}` });
});

test('a chain goes on over a restart and from one process to the other', async () => {
  const { database, relay } = await relayOfTest(limit);
  const other = await relayOn(database, limit);
  let last = await say(relay);
  for (const one of [other.relay, relay, other.relay]) last = await say(one, { reply_to: last });
  await expect(say(relay, { reply_to: last })).rejects.toMatchObject(refused);
  const afterRestart = await relayOn(database, limit);
  await expect(say(afterRestart.relay, { reply_to: last })).rejects.toMatchObject(refused);
});

test('what is not there begins a chain: the unknown, and what was cleared', async () => {
  const { database, relay, store } = await relayOfTest(limit);
  const last = await answer(relay, 'no such message', 3);
  await store.clear('room');
  const afterRestart = await relayOn(database, limit);
  await answer(afterRestart.relay, last, 3);
});

test('messages that name each other are a loop without end', async () => {
  const { relay, database } = await relayOfTest(limit);
  const one = await relayOn(database, limit, (store) =>
    altered(store, {
      // As somebody may write them into the file.
      find: async (id) => {
        const [message] = await store.latest('room', 1);
        const content = JSON.stringify(envelope({ reply_to: id === 'a' ? 'b' : 'a' }));
        return message && { ...message, id, content };
      },
    }),
  );
  await say(relay);
  await expect(say(one.relay, { reply_to: 'a' })).rejects.toMatchObject(refused);
});

test('a long chain is counted once, and not again for each message', async () => {
  const { database, relay } = await relayOfTest();
  const last = await answer(relay, await say(relay), 200);
  let lookups = 0;
  const later = await relayOn(database, {}, (store) =>
    altered(store, {
      find: (id) => {
        lookups++;
        return store.find(id);
      },
    }),
  );
  const next = await say(later.relay, { reply_to: last });
  expect(lookups).toBe(201);
  await answer(later.relay, next, 20);
  expect(lookups).toBe(201);
});

describe('the limit', () => {
  test('is none when it is 0, and changes with the settings', async () => {
    const changing = { maxHops: 0 };
    const { relay } = await relayOfTest(changing);
    const last = await answer(relay, await say(relay), 10);
    changing.maxHops = 5;
    await expect(say(relay, { reply_to: last })).rejects.toMatchObject(refused);
  });

  test('lets a send that worked be repeated under its key', async () => {
    const { relay } = await relayOfTest(limit);
    const last = await answer(relay, await say(relay), 2);
    const keyed = { idempotency_key: 'k' };
    const id = await say(relay, { reply_to: last }, keyed);
    expect(await say(relay, { reply_to: last }, keyed)).toBe(id);
  });
});

test('refusals are in the audit log once per burst', async () => {
  const { relay } = await relayOfTest(limit);
  const last = await answer(relay, await say(relay), 3);
  for (let count = 0; count < 5; count++) {
    await expect(say(relay, { reply_to: last })).rejects.toMatchObject(refused);
  }
  const audited = async () => {
    const { events } = await relay.auditLog({ limit: 10 }, someone);
    return events.filter(({ event }) => event === 'flood_refused');
  };
  await expect.poll(audited).toMatchObject([{ channel: 'room', detail: 'alice' }]);
});
