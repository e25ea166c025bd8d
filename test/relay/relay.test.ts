import { describe, expect, test } from 'vitest';
import { Audit } from '../../src-main/relay/audit.ts';
import type { RelayLimits } from '../../src-main/relay/limits.ts';
import { Relay } from '../../src-main/relay/relay.ts';
import { contentsOf, numbered } from '../contract/support.ts';
import { databaseOfTest } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';
import { actor, limits, rethrow, textRequest } from './support.ts';

async function relayOfTest(changed: Partial<RelayLimits> = {}) {
  const store = await databaseOfTest().open({ durability: 'normal' });
  const audit = new Audit({ store, enabled: () => true, onError: () => undefined });
  const current = { ...limits, ...changed };
  const relay = new Relay({ store, audit, limits: () => current, onError: rethrow });
  const send = async (content: string, channel?: string) =>
    (await relay.send(textRequest(content, channel), actor)).message;
  const sendAll = (contents: readonly string[]) => Promise.all(contents.map((content) => send(content)));
  return { relay, store, current, send, sendAll };
}

describe('sending', () => {
  test('returns the message as it is stored', async () => {
    const { relay, send } = await relayOfTest();
    const message = await send('hello');
    expect(message).toMatchObject({ seq: 1, channel: 'room', sender: 'alice', content: 'hello' });
    expect(await relay.find(message.id, actor)).toEqual(message);
  });

  test('counts bytes, not characters, against the limit of the moment', async () => {
    const { relay, current, send } = await relayOfTest({ maxMessageBytes: 6 });
    await send('äöü');
    await send('🙂ab');
    const refused = { code: 'too_large', field: 'content', status: 413 };
    await expect(send('äöü.')).rejects.toMatchObject(refused);
    await expect(send('🙂🙂')).rejects.toMatchObject(refused);
    current.maxMessageBytes = 8;
    await send('🙂🙂');
    expect(await relay.totals(actor)).toEqual({ channels: 1, messages: 3 });
  });
});

/** What a page says besides its messages when there is nothing to say. */
const wholePage = {
  channel: 'room',
  stale: false,
  paused: false,
  truncated: false,
  lost: undefined,
  consumer: undefined,
  delivered: expect.any(Function) as unknown,
};

describe('receiving', () => {
  test('without a cursor shows the newest messages', async () => {
    const { relay, sendAll } = await relayOfTest();
    const messages = await sendAll(numbered(5));
    expect(await relay.receive({ channel: 'room', limit: 2 }, actor)).toEqual({
      ...wholePage,
      messages: messages.slice(3),
      nextCursor: messages[4]?.id,
    });
  });

  test('with a cursor goes through a channel page by page, without gap or overlap', async () => {
    const { relay, sendAll } = await relayOfTest();
    const messages = await sendAll(numbered(25));
    const seen: string[] = [];
    let since = messages[0]?.id;
    for (;;) {
      const page = await relay.receive({ channel: 'room', since, limit: 7 }, actor);
      if (page.messages.length === 0) break;
      seen.push(...contentsOf(page.messages));
      since = page.nextCursor ?? undefined;
    }
    expect(seen).toEqual(numbered(25).slice(1));
    expect(await relay.receive({ channel: 'room', since, limit: 7 }, actor)).toEqual({
      ...wholePage,
      messages: [],
      nextCursor: messages.at(-1)?.id,
    });
  });

  test('of an empty channel shows nothing and gives no cursor', async () => {
    const { relay } = await relayOfTest();
    expect(await relay.receive({ channel: 'room', limit: 7 }, actor)).toMatchObject({
      messages: [],
      nextCursor: null,
    });
  });

  test('with an unknown cursor, or one of another channel, says that it is stale', async () => {
    const { relay, send } = await relayOfTest();
    const elsewhere = await send('elsewhere', 'hall');
    await send('hello');
    for (const since of ['unknown', elsewhere.id]) {
      expect(await relay.receive({ channel: 'room', since, limit: 7 }, actor)).toEqual({
        channel: 'room',
        messages: [],
        nextCursor: since,
        stale: true,
        paused: false,
        truncated: false,
        lost: undefined,
        consumer: undefined,
        delivered: expect.any(Function) as unknown,
      });
    }
  });

  test('goes on after the event of a clear', async () => {
    const { relay, send } = await relayOfTest();
    await send('one');
    const sink = new FakeSink();
    await relay.subscribe({ channels: ['room'] }, actor, () => sink);
    expect(await relay.clear({ channel: 'room' }, actor)).toEqual({ channel: 'room', cleared: 1 });
    await send('two');
    const [clear] = sink.delivered;
    const since = clear?.kind === 'event' ? clear.event.id : undefined;
    expect(contentsOf((await relay.receive({ channel: 'room', since, limit: 7 }, actor)).messages)).toEqual([
      'two',
    ]);
  });

  test('fits as many messages into the bytes as there is room for', async () => {
    const { relay, sendAll } = await relayOfTest();
    const messages = await sendAll(['ä'.repeat(10), 'b'.repeat(20), 'c'.repeat(20)]);
    const page = (maxBytes: number) => relay.receive({ channel: 'room', limit: 10, maxBytes }, actor);
    expect(await page(60)).toMatchObject({ messages, truncated: false });
    expect(await page(59)).toMatchObject({
      messages: messages.slice(0, 2),
      truncated: true,
      nextCursor: messages[1]?.id,
    });
    expect(await page(39)).toMatchObject({ messages: messages.slice(0, 1), truncated: true });
  });

  test('shows at least one message, however large', async () => {
    const { relay, sendAll } = await relayOfTest();
    const messages = await sendAll(['x'.repeat(1_000), 'y']);
    const page = await relay.receive({ channel: 'room', limit: 10, maxBytes: 10 }, actor);
    expect(page).toMatchObject({ messages: messages.slice(0, 1), truncated: true });
  });
});

test('a message that is not there is not found', async () => {
  const { relay, send } = await relayOfTest();
  const { id } = await send('hello');
  await relay.clear({ channel: 'room' }, actor);
  await expect(relay.find(id, actor)).rejects.toMatchObject({ code: 'not_found', status: 404 });
});

test('the audit log tells of channels that open and are cleared, and by whose address', async () => {
  const { relay, store } = await relayOfTest();
  const request = textRequest('hello');
  await relay.send(request, { ...actor, address: '192.0.2.1' });
  await relay.send(request, { ...actor, address: '192.0.2.1' });
  await relay.clear({ channel: 'room' }, { ...actor, address: '192.0.2.2' });
  await relay.clear({ channel: 'room' }, actor);
  await relay.send(request, actor);
  await store.ping();
  const { enabled, events } = await relay.auditLog({ limit: 10 }, actor);
  expect(enabled).toBe(true);
  expect(events.map(({ event, channel, detail, ip }) => [event, channel, detail, ip])).toEqual([
    ['channel_create', 'room', 'first message by alice', null],
    ['channel_clear', 'room', '0 message(s)', null],
    ['channel_clear', 'room', '2 message(s)', '192.0.2.2'],
    ['channel_create', 'room', 'first message by alice', '192.0.2.1'],
  ]);
});

test('stopping ends the streams, and what is stored stays readable', async () => {
  const { relay, send } = await relayOfTest();
  await send('hello');
  const sink = new FakeSink();
  await relay.subscribe({ channels: ['room'] }, actor, () => sink);
  expect([relay.subscribers, relay.laggingSubscribers]).toEqual([1, 0]);
  relay.stop();
  expect(sink.ended).toBe(true);
  expect(relay.subscribers).toBe(0);
  expect(contentsOf((await relay.receive({ channel: 'room', limit: 1 }, actor)).messages)).toEqual(['hello']);
  await expect(relay.subscribe({ channels: ['room'] }, actor, () => sink)).rejects.toMatchObject({
    code: 'shutting_down',
  });
});
