import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Actor } from '../../src-main/relay/actor.ts';
import { Audit } from '../../src-main/relay/audit.ts';
import { Relay } from '../../src-main/relay/relay.ts';
import type { SqliteStore } from '../../src-main/store/sqlite/sqlite-store.ts';
import { parseSend } from '../../src-shared/api/sending.ts';
import { writeAsOriginal } from '../compat/original-database.ts';
import { accessOf } from '../support/access.ts';
import { databaseOfTest } from '../store/support.ts';
import { FakeSink } from './fake-sink.ts';
import { actor, limits, rethrow, textRequest } from './support.ts';

/** What somebody may do who has rights on some channels only. Nobody but the relay is asked. */

let relay: Relay;
let store: SqliteStore;

/** Reads and writes in payments, reads ops, and administers nothing. */
const guest: Actor = {
  ...actor,
  principal: 'guest',
  access: accessOf({
    rights: ['read', 'send', 'clear'],
    channels: { read: ['payments:*', 'ops'], send: ['payments:*'], clear: ['payments:*'] },
  }),
};

const refused = (right: string, channel: string) =>
  expect.objectContaining({
    code: 'missing_right',
    field: 'channel',
    message: `this needs the right "${right}" on the channel ${channel}, which a tester does not have`,
  }) as Error;

beforeEach(async () => {
  store = await databaseOfTest().open({ durability: 'normal' });
  const audit = new Audit({ store, enabled: () => true, onError: rethrow });
  relay = new Relay({ store, audit, limits: () => limits, onError: rethrow });
  onTestFinished(() => relay.stop());
});

async function sendTo(channel: string, by = actor) {
  return (await relay.send(textRequest(`to ${channel}`, channel), by)).message;
}

describe('on a channel for which the right is missing', () => {
  const query = { channel: 'infra', limit: 10 };
  const waiting = { ...query, since: 'x', timeoutMs: 60_000, signal: new AbortController().signal };
  const ack = { channel: 'infra', consumer_id: 'bob', message_id: 'x' };

  test.each<[string, string, () => unknown]>([
    ['sending', 'send', () => sendTo('infra', guest)],
    ['clearing', 'clear', () => relay.clear({ channel: 'infra' }, guest)],
    ['reading', 'read', () => relay.receive(query, guest)],
    ['waiting', 'read', () => relay.wait(waiting, guest)],
    ['searching', 'read', () => relay.finding.search(query, guest)],
    ['reading a thread', 'read', () => relay.finding.thread({ ...query, id: 'x' }, guest)],
    ['listing open questions', 'read', () => relay.finding.openQuestions(query, guest)],
    ['acknowledging', 'read', () => relay.consumers.ack(ack, guest)],
    ['asking for its consumers', 'read', () => relay.consumers.list({ channel: 'infra' }, guest)],
    ['a reset', 'admin', () => relay.resetConsumer({ channel: 'infra', consumer: 'bob' }, guest)],
    ['a removal', 'admin', () => relay.removeConsumer({ channel: 'infra', consumer: 'bob' }, guest)],
    [
      'a stream',
      'read',
      () => relay.subscribe({ channels: ['ops', 'infra'] }, guest, () => expect.unreachable()),
    ],
  ])('%s is refused, and nothing has happened', async (_what, right, attempt) => {
    await sendTo('infra');
    await expect(Promise.resolve().then(attempt)).rejects.toEqual(refused(right, 'infra'));
    expect(await store.totals()).toEqual({ channels: 1, messages: 1 });
    expect(relay.waiting).toBe(0);
    expect(await store.consumers()).toEqual([]);
  });

  test('nothing tells whether it exists', async () => {
    await sendTo('infra');
    for (const channel of ['infra', 'nowhere']) {
      await expect(relay.receive({ channel, limit: 1 }, guest)).rejects.toEqual(refused('read', channel));
    }
  });

  test('a message is not found by its id, and neither are its receipts', async () => {
    const { id } = await sendTo('infra');
    const notFound = { code: 'not_found', message: 'not found', field: 'id' };
    await expect(relay.find(id, guest)).rejects.toMatchObject(notFound);
    await expect(relay.consumers.receipts(id, guest)).rejects.toMatchObject(notFound);
    await expect(relay.find('no such id', guest)).rejects.toMatchObject(notFound);
    expect(await relay.find(id, actor)).toMatchObject({ id });
  });
});

describe('lists hold what may be read', () => {
  test('channels and totals', async () => {
    for (const channel of ['infra', 'ops', 'payments:a', 'payments:b', 'payments:b']) await sendTo(channel);
    const names = (await relay.channels(guest)).map(({ channel }) => channel);
    expect(names).toEqual(['ops', 'payments:a', 'payments:b']);
    expect(await relay.totals(guest)).toEqual({ channels: 3, messages: 4 });
    expect(await relay.totals(actor)).toEqual({ channels: 4, messages: 5 });
  });

  test('consumers, and agents with what they have not read', async () => {
    for (const channel of ['ops', 'infra']) {
      const { id } = await sendTo(channel);
      await relay.consumers.ack({ channel, consumer_id: 'bob', message_id: id }, actor);
      await relay.send({ ...textRequest('more', channel), sender: 'carol' }, actor);
    }
    await relay.consumers.ack(
      { channel: 'infra', consumer_id: 'dave', message_id: (await sendTo('infra')).id },
      actor,
    );
    expect(await relay.consumers.list({}, guest)).toMatchObject([{ consumer_id: 'bob', channel: 'ops' }]);
    const agents = await relay.consumers.agents(guest);
    expect(agents.map(({ name, unread }) => [name, unread]).sort()).toEqual([
      ['alice', 0],
      ['bob', 1],
      ['carol', 0],
    ]);
  });

  test('messages that are found, and nothing can be searched without a word', async () => {
    for (const channel of ['infra', 'ops', 'payments:a']) await sendTo(channel);
    const found = async (by: Actor) => {
      const { messages } = await relay.finding.search({ query: 'to', limit: 10 }, by);
      return messages.map(({ channel }) => channel);
    };
    expect(await found(guest)).toEqual(['payments:a', 'ops']);
    expect(await found(actor)).toEqual(['payments:a', 'ops', 'infra']);
    for (const by of [guest, actor]) {
      await expect(relay.finding.search({ limit: 10 }, by)).rejects.toMatchObject({ code: 'required' });
    }
  });

  test('threads and open questions', async () => {
    const ask = async (channel: string) => {
      const message = { schema_version: 1, type: 'question', content: 'who?', thread_id: 'plan' };
      return (await relay.send(parseSend({ channel, sender: 'alice', message }), actor)).message;
    };
    const secret = await ask('infra');
    const thread = (id: string, by: Actor) => relay.finding.thread({ id, limit: 10 }, by);
    await expect(thread('plan', guest)).rejects.toMatchObject({ code: 'not_found' });
    const open = await ask('ops');
    await expect(thread(secret.id, guest)).rejects.toMatchObject({ code: 'not_found' });
    expect(await thread('plan', guest)).toMatchObject({ messages: [open], open: true });
    expect(await thread('plan', actor)).toMatchObject({ messages: [secret, open] });
    const counted = async (by: Actor) => (await relay.finding.openCounts(by)).total;
    expect([await counted(guest), await counted(actor)]).toEqual([1, 2]);
  });

  test('those who are stuck', async () => {
    const long = '2020-01-31T08:15:00.250000Z';
    for (const channel of ['ops', 'infra']) {
      const { id } = await sendTo(channel);
      await relay.consumers.ack({ channel, consumer_id: 'bob', message_id: id }, actor);
      writeAsOriginal(store.path, [{ id: channel, channel, sender: 'old', content: 'x', timestamp: long }]);
    }
    expect(await relay.consumers.countStuck(guest)).toBe(1);
    expect(await relay.consumers.countStuck(actor)).toBe(2);
  });

  test('audit entries, without those that are about no channel', async () => {
    for (const channel of ['infra', 'ops', 'payments:a']) await sendTo(channel);
    await store.appendAudit({ event: 'auth_failure', detail: '/api/send', ip: '192.0.2.7' });
    const channels = async (by: Actor, limit = 10) =>
      (await relay.auditLog({ limit }, by)).events.map(({ channel }) => channel);
    expect(await channels(guest)).toEqual(['payments:a', 'ops']);
    expect(await channels(guest, 1)).toEqual(['payments:a']);
    expect(await channels(actor)).toEqual([null, 'payments:a', 'ops', 'infra']);
  });
});

describe('a stream of all channels', () => {
  test('carries what its reader may read, live and replayed, and is counted there only', async () => {
    const first = await sendTo('ops');
    await sendTo('infra');
    await sendTo('payments:a');
    const [all, some] = [new FakeSink(), new FakeSink()];
    const query = { channels: 'all', since: first.id } as const;
    await relay.subscribe(query, actor, () => all);
    await relay.subscribe(query, guest, () => some);
    for (const channel of ['infra', 'payments:b', 'ops']) await sendTo(channel);
    expect(some.written).toEqual(['to payments:a', 'to payments:b', 'to ops']);
    expect(all.written).toHaveLength(5);
    const streaming = async (channel: string) =>
      (await relay.send(textRequest('who?', channel), actor)).listening.streaming;
    expect([await streaming('infra'), await streaming('ops')]).toEqual([1, 2]);
  });
});

test('who may send but not read is told neither who listens nor that nobody does', async () => {
  const blind: Actor = { ...actor, access: accessOf({ rights: ['send'] }) };
  const sink = new FakeSink();
  await relay.subscribe({ channels: ['ops'] }, actor, () => sink);
  const { listening } = await relay.send(textRequest('hello', 'ops'), blind);
  expect(listening).toEqual({ waiting: 0, streaming: 0, consumers: [], nobody: false });
});
