import { beforeAll, describe, expect, test } from 'vitest';
import type { AgentsResponse } from '../../src-shared/api/agents.ts';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import { expectError } from '../http/expect-answer.ts';
import { openEvents } from '../support/event-reader.ts';
import { bearer, call, get, list, post, send } from '../support/http-client.ts';
import { anyNumber, anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { ack, consumers, sendSeveral, untilRead, until, untilWaiting, wait } from './requests.ts';

/** Named readers over HTTP: acks (wire specification 3.10, 6.6), their list, their repair, and who is here. */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ args: ['--audit-log'] });
});

describe('3.10 POST /api/ack', () => {
  test('moves the cursor forward, never back', async () => {
    const [one, two, three] = await sendSeveral(relay, 'forward', 3);
    const to = (message_id = '') => ack(relay, { channel: 'forward', consumer_id: 'c', message_id });
    expect(await to(two?.id)).toEqual({
      consumer_id: 'c',
      channel: 'forward',
      last_seq: two?.seq,
      last_message_id: two?.id,
      updated_at: anyText,
      advanced: true,
    });
    expect(await to(two?.id)).toMatchObject({ last_seq: two?.seq, advanced: false });
    expect(await to(one?.id)).toMatchObject({ last_message_id: two?.id, advanced: false });
    expect(await to(three?.id)).toMatchObject({ last_seq: three?.seq, advanced: true });
  });

  test('is 404 for a message of another channel, for an event and for nothing', async () => {
    const { id } = await send(relay, { channel: 'elsewhere' });
    for (const message_id of [id, 'nope']) {
      const answer = await post(relay, '/api/ack', { channel: 'here', consumer_id: 'c', message_id });
      expectError(answer, 404, 'not_found', 'message_id');
    }
  });

  test.each([
    [{ channel: '' }, 'required', 'channel'],
    [{ channel: ' x' }, 'surrounding_whitespace', 'channel'],
    [{ consumer_id: 7 }, 'invalid_type', 'consumer_id'],
    [{ consumer_id: 'c'.repeat(129) }, 'too_long', 'consumer_id'],
    [{ message_id: '' }, 'required', 'message_id'],
    [{ metadata: 'text' }, 'invalid_type', 'metadata'],
    [{ metadata: [] }, 'invalid_type', 'metadata'],
  ] as const)('refuses %j', async (part, code, field) => {
    const body = { channel: 'x', consumer_id: 'c', message_id: 'm', ...part };
    expectError(await post(relay, '/api/ack', body), 400, code, field);
  });

  test('takes metadata up to 16 KiB', async () => {
    const { id: message_id } = await send(relay, { channel: 'metadata' });
    const body = { channel: 'metadata', consumer_id: 'c', message_id };
    const answer = await post(relay, '/api/ack', { ...body, metadata: { note: 'x'.repeat(17_000) } });
    expectError(answer, 413, 'too_large', 'metadata');
    expect(await ack(relay, { ...body, metadata: { note: 'x'.repeat(16_000) } })).not.toHaveProperty(
      'metadata',
    );
  });
});

describe('6.6 a consumer', () => {
  test('goes on where it stood after a restart, whatever it has read and not acked', async () => {
    await using first = await startRelay();
    const [one, two, three] = await sendSeveral(first, 'work', 3);
    expect(await wait(first, { channel: 'work', consumer_id: 'w' })).toMatchObject({
      messages: [{ content: '1' }, { content: '2' }, { content: '3' }],
    });
    await ack(first, { channel: 'work', consumer_id: 'w', message_id: one?.id ?? '' });
    await untilRead(first, { channel: 'work', consumer_id: 'w', seq: three?.seq ?? 0 });
    await first.kill();

    await using second = await startRelay({ home: first.home });
    expect((await wait(second, { channel: 'work', consumer_id: 'w' })).messages).toMatchObject([
      { id: two?.id },
      { id: three?.id },
    ]);
    expect(await consumers(second)).toMatchObject([
      { consumer_id: 'w', channel: 'work', acked_id: one?.id, read_seq: three?.seq, unread: 0 },
    ]);
    const { listening } = await send(second, { channel: 'work', content: '4' });
    expect(listening).toMatchObject({ consumers: [{ consumer_id: 'w' }], nobody: false });
    expect(await consumers(second)).toMatchObject([{ unread: 1 }]);
  });

  test('is listed with what it has not read, its own excluded', async () => {
    const [one] = await sendSeveral(relay, 'listed', 3);
    await ack(relay, { channel: 'listed', consumer_id: 'bob', message_id: one?.id ?? '' });
    await send(relay, { channel: 'listed', sender: 'bob' });
    const { body } = await get(relay, '/api/consumers?channel=listed');
    expect(body).toEqual({
      consumers: [
        {
          consumer_id: 'bob',
          channel: 'listed',
          acked_seq: one?.seq,
          acked_id: one?.id,
          acked_at: anyText,
          read_seq: one?.seq,
          last_seen: anyText,
          unread: 2,
          unread_more: false,
          oldest_unread_at: anyText,
          oldest_unread_seconds: anyNumber,
          stuck: false,
        },
      ],
      stuck_after_minutes: 10,
    });
    expect(await consumers(relay, { consumer_id: 'nobody' })).toEqual([]);
    expect(await consumers(relay, { channel: 'listed', consumer_id: 'bob' })).toHaveLength(1);
  });

  test('outlives a clear', async () => {
    const [one] = await sendSeveral(relay, 'cleared', 1);
    await ack(relay, { channel: 'cleared', consumer_id: 'c', message_id: one?.id ?? '' });
    await post(relay, '/api/clear', { channel: 'cleared' });
    await send(relay, { channel: 'cleared', content: 'next' });
    expect((await list(relay, 'cleared', { consumer_id: 'c' })).messages).toMatchObject([
      { preview: 'next' },
    ]);
  });
});

describe('repair', () => {
  const admin = () => bearer(relay.localToken);

  test('puts a consumer back, to a message or to the beginning', async () => {
    const [one, , three] = await sendSeveral(relay, 'reset', 3);
    const target = { channel: 'reset', consumer_id: 'c' };
    await ack(relay, { ...target, message_id: three?.id ?? '' });
    const toOne = await post(relay, '/api/consumers/reset', { ...target, message_id: one?.id }, admin());
    expect(toOne).toMatchObject({ status: 200, body: { ...target, acked_seq: one?.seq, unread: 2 } });
    expect((await list(relay, 'reset', { consumer_id: 'c' })).messages).toHaveLength(2);
    const toStart = await post(relay, '/api/consumers/reset', target, admin());
    expect(toStart).toMatchObject({ status: 200, body: { acked_seq: 0, unread: 3 } });
  });

  test('forgets a consumer', async () => {
    const [one] = await sendSeveral(relay, 'forget', 1);
    await ack(relay, { channel: 'forget', consumer_id: 'c', message_id: one?.id ?? '' });
    const path = '/api/consumers?channel=forget&consumer_id=c';
    expect(await call(relay, 'DELETE', path, { headers: admin() })).toMatchObject({
      status: 200,
      body: { channel: 'forget', consumer_id: 'c', deleted: true },
    });
    expect(await consumers(relay, { channel: 'forget' })).toEqual([]);
    expect((await send(relay, { channel: 'forget' })).listening.nobody).toBe(true);
    expectError(await call(relay, 'DELETE', path, { headers: admin() }), 404, 'not_found', 'consumer_id');
  });

  test('needs the right for it, and names what is missing or unknown', async () => {
    const body = { channel: 'reset', consumer_id: 'c' };
    expectError(await post(relay, '/api/consumers/reset', body), 403, 'missing_right', 'channel');
    const path = '/api/consumers?channel=x';
    expectError(await call(relay, 'DELETE', `${path}&consumer_id=c`), 403, 'missing_right', 'channel');
    expectError(await call(relay, 'DELETE', path, { headers: admin() }), 400, 'required', 'consumer_id');
    const reset = (part: object) => post(relay, '/api/consumers/reset', { ...body, ...part }, admin());
    expectError(await reset({ consumer_id: 'stranger' }), 404, 'not_found', 'consumer_id');
    expectError(await reset({ message_id: 'nope' }), 404, 'not_found', 'message_id');
  });

  test('is in the audit log', async () => {
    const [one] = await sendSeveral(relay, 'audited', 1);
    const target = { channel: 'audited', consumer_id: 'bob' };
    await ack(relay, { ...target, message_id: one?.id ?? '' });
    await post(relay, '/api/consumers/reset', target, admin());
    await call(relay, 'DELETE', '/api/consumers?channel=audited&consumer_id=bob', { headers: admin() });
    const events = await until(
      async () => ((await get(relay, '/api/audit')).body as AuditResponse).events,
      ([newest]) => newest?.event === 'consumer_delete' && newest.channel === 'audited',
    );
    expect(events.slice(0, 2)).toMatchObject([
      { event: 'consumer_delete', channel: 'audited', detail: 'bob', ip: '127.0.0.1' },
      { event: 'consumer_reset', channel: 'audited', detail: 'bob', ip: '127.0.0.1' },
    ]);
  });
});

describe('GET /api/agents', () => {
  test('lists who is here, what they do and what they have not read', async () => {
    await using here = await startRelay();
    const [one] = await sendSeveral(here, 'team', 2);
    await ack(here, { channel: 'team', consumer_id: 'bob', message_id: one?.id ?? '' });
    using _stream = await openEvents(here, '/events?channel=team&channel=news&consumer_id=carol');
    const waiting = wait(here, { channel: 'empty', consumer_id: 'dave' });
    await untilWaiting(here, 1);
    const { agents } = (await get(here, '/api/agents')).body as AgentsResponse;
    const base = {
      principal: 'a client on this machine',
      client: null,
      transport: 'http',
      address: '127.0.0.1',
      first_seen: anyText,
      last_seen: anyText,
      waiting: [],
      streaming: [],
      unread: 0,
      stuck: false,
    };
    expect(agents.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { ...base, name: 'alice' },
      { ...base, name: 'bob', unread: 1 },
      { ...base, name: 'carol', transport: 'stream', streaming: ['team', 'news'] },
      { ...base, name: 'dave', waiting: ['empty'] },
    ]);
    await send(here, { channel: 'empty' });
    await waiting;
  });
});
