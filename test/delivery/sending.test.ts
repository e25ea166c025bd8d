import { beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src-shared/bridge-error.ts';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import { expectError } from '../http/expect-answer.ts';
import { follow } from '../support/event-reader.ts';
import { get, list, post, send } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { ack, sendSeveral, task, until, untilWaiting, wait } from './requests.ts';

/** Sending over HTTP (wire specification 3.7) and sending again (6.5). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ args: ['--max-message-bytes', '4096', '--repeats-before-warning', '3'] });
});

async function accepted(body: object): Promise<SendResponse> {
  const answer = await post(relay, '/api/send', body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as SendResponse;
}

describe('3.7 POST /api/send', () => {
  const good = { channel: 'send', sender: 'alice' };

  test('takes an envelope and stores its canonical form', async () => {
    const { id } = await accepted({ ...good, message: { content: 1, type: 'note', schema_version: 1 } });
    expect((await get(relay, `/api/messages/${id}`)).body).toMatchObject({
      content: '{"content":1,"schema_version":1,"type":"note"}',
    });
  });

  test.each<[string, object, number, ErrorCode, string | undefined]>([
    ['neither content nor message', {}, 400, 'required', 'content'],
    ['content and message', { content: 'x', message: task }, 400, 'invalid_value', 'content'],
    ['nulls for both', { content: null, message: null }, 400, 'required', 'content'],
    ['content that is no text', { content: 7 }, 400, 'invalid_type', 'content'],
    ['empty content', { content: '' }, 400, 'required', 'content'],
    ['a message that is no object', { message: [task] }, 400, 'invalid_type', 'message'],
    ['an envelope without its type', { message: { ...task, type: undefined } }, 400, 'required', 'type'],
    [
      'an envelope of another version',
      { message: { ...task, schema_version: 2 } },
      400,
      'invalid_protocol',
      'schema_version',
    ],
    ['an unknown envelope field', { message: { ...task, extra: 1 } }, 400, 'unknown_field', 'message'],
    ['content above the limit', { content: 'x'.repeat(5000) }, 413, 'too_large', 'content'],
    [
      'an envelope above the limit',
      { message: { ...task, content: 'x'.repeat(5000) } },
      413,
      'too_large',
      'message',
    ],
    ['an empty key', { content: 'x', idempotency_key: '' }, 400, 'required', 'idempotency_key'],
    [
      'an empty key in the envelope',
      { message: { ...task, dedupe_key: '' } },
      400,
      'required',
      'idempotency_key',
    ],
    ['a lone surrogate', { content: '\ud800' }, 400, 'invalid_unicode', 'content'],
  ])('refuses %s', async (_what, body, status, code, field) => {
    expectError(await post(relay, '/api/send', { ...good, ...body }), status, code, field);
  });

  test('checks channel, sender, the choice of payload, the payload and the key in this order', async () => {
    const wrong = { channel: '', sender: '', content: 'x', message: [], idempotency_key: '' };
    const order: [object, string][] = [
      [wrong, 'channel'],
      [{ ...wrong, channel: 'a' }, 'sender'],
      [{ ...wrong, ...good }, 'content'],
      [{ ...wrong, ...good, content: undefined }, 'message'],
      [{ ...wrong, ...good, message: undefined }, 'idempotency_key'],
    ];
    for (const [body, field] of order) {
      expect((await post(relay, '/api/send', body)).body).toMatchObject({ field });
    }
  });

  test('says who is there, and plainly when nobody is', async () => {
    expect((await accepted({ ...good, channel: 'audience', content: 'x' })).listening).toEqual({
      waiting: 0,
      streaming: 0,
      consumers: [],
      nobody: true,
    });
    using _stream = await follow(relay, 'audience');
    const { id: message_id } = await send(relay, { channel: 'audience' });
    await ack(relay, { channel: 'audience', consumer_id: 'bob', message_id });
    const waiting = wait(relay, { channel: 'audience', since_id: message_id });
    await untilWaiting(relay, 1);
    expect((await accepted({ ...good, channel: 'audience', content: 'x' })).listening).toEqual({
      waiting: 1,
      streaming: 1,
      consumers: [{ consumer_id: 'bob', last_seen: anyText }],
      nobody: false,
    });
    await waiting;
    const own = await accepted({ channel: 'audience', sender: 'bob', content: 'x' });
    expect(own.listening.consumers).toEqual([]);
  });

  test('tells a sender that repeats itself', async () => {
    const say = () => accepted({ channel: 'parrot', sender: 'polly', content: 'hello' });
    const answers = [await say(), await say(), await say()];
    expect(answers.map(({ warning }) => warning)).toEqual([undefined, undefined, 'identical_repeat']);
  });
});

describe('6.5 a key', () => {
  test('makes a hundred identical sends at once one message and one event', async () => {
    using stream = await follow(relay, 'hundred');
    const body = { channel: 'hundred', sender: 'alice', content: 'once', idempotency_key: 'k' };
    const answers = await Promise.all(Array.from({ length: 100 }, () => accepted(body)));
    expect(new Set(answers.map(({ id, seq, ts }) => `${id} ${seq} ${ts}`)).size).toBe(1);
    expect(answers.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect((await list(relay, 'hundred')).messages).toHaveLength(1);
    const { id } = await send(relay, { channel: 'hundred', content: 'end' });
    expect((await stream.take(2)).map((frame) => frame.id)).toEqual([answers[0]?.id, id]);
  });

  test('used for another payload is a conflict, and the first message stays as it was', async () => {
    const body = { channel: 'conflict', sender: 'alice', content: 'one', idempotency_key: 'k' };
    const { id } = await accepted(body);
    expectError(
      await post(relay, '/api/send', { ...body, content: 'two' }),
      409,
      'conflict',
      'idempotency_key',
    );
    expect((await list(relay, 'conflict')).messages).toMatchObject([{ id, preview: 'one' }]);
  });

  test('belongs to its sender and channel', async () => {
    const body = { channel: 'scope', sender: 'alice', content: 'x', idempotency_key: 'k' };
    const sent = [
      await accepted(body),
      await accepted({ ...body, sender: 'bob' }),
      await accepted({ ...body, channel: 'scope-2' }),
    ];
    expect(sent.map(({ deduplicated }) => deduplicated)).toEqual([false, false, false]);
  });

  test('may come in the envelope; one beside it wins; the order of its fields does not matter', async () => {
    const message = { ...task, dedupe_key: 'inner' };
    const good = { channel: 'inner', sender: 'alice' };
    const first = await accepted({ ...good, message });
    const shuffled = Object.fromEntries(Object.entries(message).reverse());
    expect(await accepted({ ...good, message: shuffled })).toMatchObject({
      id: first.id,
      deduplicated: true,
    });
    expect(await accepted({ ...good, message, idempotency_key: 'outer' })).toMatchObject({
      deduplicated: false,
    });
  });

  test('is the same payload when the canonical text comes as content, but not when another spelling does', async () => {
    const good = { channel: 'spelling', sender: 'alice', idempotency_key: 'k' };
    const { id } = await accepted({ ...good, message: task });
    const canonical = '{"content":{"do":"tidy up"},"schema_version":1,"type":"task"}';
    expect(await accepted({ ...good, content: canonical })).toMatchObject({ id, deduplicated: true });
    const answer = await post(relay, '/api/send', { ...good, content: ` ${canonical}` });
    expectError(answer, 409, 'conflict', 'idempotency_key');
  });

  test('is free again after a clear, also for another payload', async () => {
    const body = { channel: 'freed', sender: 'alice', content: 'one', idempotency_key: 'k' };
    await accepted(body);
    await post(relay, '/api/clear', { channel: 'freed' });
    expect(await accepted({ ...body, content: 'two' })).toMatchObject({ deduplicated: false });
  });

  test('holds over a restart', async () => {
    await using first = await startRelay();
    const body = { channel: 'restart', sender: 'alice', content: 'x', idempotency_key: 'k' };
    const { body: sent } = await post(first, '/api/send', body);
    await first.kill();
    await using second = await startRelay({ home: first.home });
    const { body: again } = await post(second, '/api/send', body);
    expect(again).toMatchObject({ id: (sent as SendResponse).id, deduplicated: true });
  });
});

test('a send that goes over its rate is refused with the time to wait', async () => {
  await using tight = await startRelay({ args: ['--send-rate-per-minute', '60', '--send-burst', '2'] });
  await sendSeveral(tight, 'flood', 2);
  const answer = await post(tight, '/api/send', { channel: 'flood', sender: 'alice', content: '3' });
  expectError(answer, 429, 'too_many_messages');
});

test('a chain of answers ends at its limit, with the field that makes it longer', async () => {
  await using tight = await startRelay({ args: ['--max-hops', '2', '--audit-log'] });
  let { id: last } = await send(tight, { channel: 'loop' });
  const reply = (reply_to: string) =>
    post(tight, '/api/send', { channel: 'loop', sender: 'alice', message: { ...task, reply_to } });
  for (let count = 0; count < 2; count++) last = ((await reply(last)).body as SendResponse).id;
  for (let count = 0; count < 3; count++) {
    const answer = await reply(last);
    expectError(answer, 409, 'too_many_hops', 'reply_to');
    expect(answer.text).toContain('maxHops is 2');
  }
  const { events } = await until(
    async () => (await get(tight, '/api/audit')).body as AuditResponse,
    (audit) => audit.events.some(({ event }) => event === 'flood_refused'),
  );
  expect(events.filter(({ event }) => event === 'flood_refused')).toHaveLength(1);
});
