import { expect, test } from 'vitest';
import { plainConnection } from '../../store/support.ts';
import { relayOfTest, relayOn, send, someone } from './support.ts';

const bobInRoom = { channel: 'room', consumer: 'bob' };

async function withBob(changed = {}) {
  const made = await relayOfTest(changed);
  const { message } = await send(made.relay, 'first');
  const ack = await made.relay.consumers.ack(
    { channel: 'room', consumer_id: 'bob', message_id: message.id, metadata: { b: 1, a: [2] } },
    someone,
  );
  return { ...made, first: message, ack };
}

test('an ack answers with where the cursor stands', async () => {
  const { database, first, ack } = await withBob();
  expect(ack).toEqual({
    consumer_id: 'bob',
    channel: 'room',
    last_seq: first.seq,
    last_message_id: first.id,
    updated_at: ack.updated_at,
    advanced: true,
  });
  const metadata = plainConnection(database.path)
    .prepare('SELECT metadata_json FROM bridge_consumer_cursors')
    .pluck();
  expect(metadata.get()).toBe('{"a":[2],"b":1}');
});

test('a consumer is stuck when its oldest unread message is older than the limit', async () => {
  const { database, relay } = await withBob();
  await send(relay, 'second');
  expect(await relay.consumers.list({}, someone)).toMatchObject([
    { unread: 1, stuck: false, oldest_unread_seconds: 0 },
  ]);
  const age = plainConnection(database.path).prepare('UPDATE messages SET timestamp = ? WHERE content = ?');
  age.run(new Date(Date.now() - 601_000).toISOString(), 'second');
  expect(await relay.consumers.list({}, someone)).toMatchObject([
    { stuck: true, oldest_unread_seconds: 601 },
  ]);
  age.run('some time ago', 'second');
  expect(await relay.consumers.list({}, someone)).toMatchObject([
    { stuck: false, oldest_unread_seconds: null },
  ]);
});

test('agents are listed with what they have not read, in all channels together', async () => {
  const { database, relay } = await withBob();
  const { message } = await send(relay, 'other', { channel: 'hall' });
  await relay.consumers.ack({ channel: 'hall', consumer_id: 'bob', message_id: message.id }, someone);
  await send(relay, 'second');
  await send(relay, 'third', { channel: 'hall' });
  const agents = await relay.consumers.agents(someone);
  expect(agents.find(({ name }) => name === 'bob')).toMatchObject({ unread: 2, stuck: false });
  // Presence is of one process, what is unread is of the file.
  expect(await (await relayOn(database)).relay.consumers.agents(someone)).toEqual([]);
});

test('a reset puts the cursor behind a message or at the beginning, and is audited', async () => {
  const { relay, store, first } = await withBob();
  const { message: second } = await send(relay, 'second');
  await relay.resetConsumer({ ...bobInRoom, messageId: second.id }, someone);
  expect((await store.cursor('bob', 'room'))?.seq).toBe(second.seq);
  await relay.resetConsumer(bobInRoom, someone);
  expect((await store.cursor('bob', 'room'))?.seq).toBe(0);
  const resets = async () => {
    const { events } = await relay.auditLog({ limit: 10 }, someone);
    return events.filter(({ event }) => event === 'consumer_reset');
  };
  await expect.poll(resets).toHaveLength(2);
  for (const target of [
    { ...bobInRoom, messageId: 'no such id' },
    { channel: 'hall', consumer: 'bob' },
    { channel: 'hall', consumer: 'bob', messageId: first.id },
  ]) {
    await expect(relay.resetConsumer(target, someone)).rejects.toMatchObject({ code: 'not_found' });
  }
});

test('a consumer that is removed is gone, and cannot be removed twice', async () => {
  const { relay } = await withBob();
  await relay.removeConsumer(bobInRoom, someone);
  expect(await relay.consumers.list({}, someone)).toEqual([]);
  await expect(relay.removeConsumer(bobInRoom, someone)).rejects.toMatchObject({
    code: 'not_found',
    field: 'consumer_id',
  });
});

test('receipts of an unknown message are not found', async () => {
  const { relay } = await relayOfTest();
  await expect(relay.consumers.receipts('no such id', someone)).rejects.toMatchObject({ code: 'not_found' });
});
