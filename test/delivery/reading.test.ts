import { beforeAll, describe, expect, test } from 'vitest';
import type { MessagesResponse } from '../../src-shared/api/messages.ts';
import { expectError } from '../http/expect-answer.ts';
import { call, get, list, post, send } from '../support/http-client.ts';
import { anyText } from '../support/matchers.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { ack, consumers, receipts, sendMuch, sendSeveral, task, untilRead } from './requests.ts';

/** Listings, single messages and their receipts (wire specification 3.4, 3.6, 6.1, 6.6). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ args: ['--max-page-bytes', '67108864'] });
});

async function sendEnvelope(channel: string, message: object): Promise<{ id: string; seq: number }> {
  const answer = await post(relay, '/api/send', { channel, sender: 'alice', message });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as { id: string; seq: number };
}

describe('3.4 a listing', () => {
  test('shows an envelope beside the keys of each message, and everything else with exactly those', async () => {
    await sendEnvelope('items', task);
    await send(relay, { channel: 'items', content: '{"schema_version":2,"type":"x","content":1}' });
    await send(relay, { channel: 'items', content: 'plain' });
    const [structured, ...others] = (await list(relay, 'items')).messages;
    expect(structured).toMatchObject({ is_json: true, encoding: 'structured', message: task });
    for (const item of others) {
      const keys = ['seq', 'id', 'ts', 'ts_full', 'sender', 'is_json', 'origin', 'preview'];
      expect(Object.keys(item)).toEqual(keys);
    }
  });

  test('names the consumer only if one was sent, and reads from its cursor or the beginning', async () => {
    const sent = await sendSeveral(relay, 'named', 3);
    expect(await list(relay, 'named')).not.toHaveProperty('consumer_id');
    const unknown = await list(relay, 'named', { consumer_id: 'c', limit: '1' });
    expect(unknown).toMatchObject({ consumer_id: 'c', messages: [{ preview: '1' }] });
    await ack(relay, { channel: 'named', consumer_id: 'c', message_id: sent[1]?.id ?? '' });
    expect((await list(relay, 'named', { consumer_id: 'c' })).messages).toMatchObject([{ preview: '3' }]);
    const since = await list(relay, 'named', { consumer_id: 'c', since_id: sent[0]?.id ?? '' });
    expect(since.messages).toMatchObject([{ preview: '2' }, { preview: '3' }]);
    expect(await list(relay, 'nothing', { consumer_id: 'c' })).toEqual({
      channel: 'nothing',
      messages: [],
      next_cursor: null,
      consumer_id: 'c',
    });
  });

  test('refuses a malformed consumer', async () => {
    const path = '/api/messages?channel=x&consumer_id=';
    expectError(await get(relay, path), 400, 'required', 'consumer_id');
    expectError(await get(relay, `${path}%20c`), 400, 'surrounding_whitespace', 'consumer_id');
  });

  test('goes backwards page by page to the beginning, over every message once', async () => {
    const sent = await sendSeveral(relay, 'back', 7);
    const pages: string[][] = [];
    let before: string | null | undefined = sent.at(-1)?.id;
    while (before) {
      const page: MessagesResponse = await list(relay, 'back', { before_id: before, limit: '4' });
      pages.push(page.messages.map(({ preview = '' }) => preview));
      before = page.previous_cursor;
    }
    expect(pages).toEqual([
      ['3', '4', '5', '6'],
      ['1', '2'],
    ]);
    expect(await list(relay, 'back')).not.toHaveProperty('previous_cursor');
  });

  test('goes backwards without gaps also when a page is cut for its size', async () => {
    await using small = await startRelay({ args: ['--max-page-bytes', '131072'] });
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) {
      ids.push((await send(small, { channel: 'cut', content: `${n}`.repeat(60_000) })).id);
    }
    const seen: string[] = [];
    let before: string | null | undefined = ids.at(-1);
    while (before) {
      const page: MessagesResponse = await list(small, 'cut', { before_id: before });
      seen.unshift(...page.messages.map(({ id }) => id));
      before = page.previous_cursor;
    }
    expect(seen).toEqual(ids.slice(0, -1));
  });

  test('says how much is gone beside the unknown cursor', async () => {
    const [first] = await sendSeveral(relay, 'lost', 3);
    await post(relay, '/api/clear', { channel: 'lost' });
    await send(relay, { channel: 'lost', content: 'after' });
    expect(await list(relay, 'lost', { since_id: first?.id ?? '' })).toEqual({
      channel: 'lost',
      messages: [],
      next_cursor: first?.id,
      warning: 'since_id_not_found',
      history_lost: { removed: 3, since: anyText },
    });
    expect(await list(relay, 'lost', { since_id: 'bogus' })).not.toHaveProperty('history_lost');
  });
});

describe('3.6 a message', () => {
  test.each([
    ['legacy_text', 'plain', null],
    ['legacy_json', '[1,2]', [1, 2]],
    ['legacy_json', '7', 7],
  ])('%s: %s', async (encoding, content, parsed) => {
    const { id } = await send(relay, { channel: 'detail', content });
    const { body } = await get(relay, `/api/messages/${id}`);
    expect(body).toMatchObject({ encoding, content, content_parsed: parsed });
    expect(body).not.toHaveProperty('message');
    expect(body).not.toHaveProperty('parse_warning');
  });

  test('structured: with the envelope', async () => {
    const { id } = await sendEnvelope('detail', { ...task, thread_id: null, artifacts: [] });
    const { body } = await get(relay, `/api/messages/${id}`);
    expect(body).toMatchObject({ encoding: 'structured', is_json: true });
    expect((body as { message: object }).message).toEqual(task);
  });

  test.each([
    ['unsupported', '{"schema_version":3,"type":"x","content":1}'],
    ['invalid', '{"schema_version":1,"type":"X","content":1}'],
    ['invalid', '{"schema_version":true,"type":"x","content":1}'],
  ])('%s: %s comes with what is wrong', async (encoding, content) => {
    const { id } = await send(relay, { channel: 'detail', content });
    expect((await get(relay, `/api/messages/${id}`)).body).toMatchObject({
      encoding,
      parse_warning: anyText,
    });
  });

  test('unknown ids and deeper paths are not found', async () => {
    const { id } = await send(relay, { channel: 'detail' });
    for (const path of ['nope', `${id}/`, `${id}/other`, `${id}/receipts/more`, '/receipts']) {
      expect([path, (await get(relay, `/api/messages/${path}`)).status]).toEqual([path, 404]);
    }
    expectError(await get(relay, '/api/messages/nope/receipts'), 404, 'not_found', 'id');
  });
});

describe('receipts', () => {
  test('a message is stored, then read, then acked, with times', async () => {
    const { id, seq, ts } = await send(relay, { channel: 'became' });
    expect((await get(relay, `/api/messages/${id}/receipts`)).body).toEqual({
      id,
      seq,
      channel: 'became',
      stored_at: ts,
      receipts: [],
    });
    await list(relay, 'became', { consumer_id: 'bob' });
    await untilRead(relay, { channel: 'became', consumer_id: 'bob', seq });
    expect(await receipts(relay, id)).toEqual([{ consumer_id: 'bob', read_at: anyText, acked_at: null }]);
    const { updated_at } = await ack(relay, { channel: 'became', consumer_id: 'bob', message_id: id });
    const [receipt] = await receipts(relay, id);
    expect(receipt).toMatchObject({ consumer_id: 'bob', acked_at: anyText });
    expect((receipt?.acked_at ?? '') >= updated_at).toBe(true);
  });

  test('a reader without a name, or of the headers alone, leaves none', async () => {
    const { id, seq } = await send(relay, { channel: 'traceless' });
    await list(relay, 'traceless');
    await call(relay, 'HEAD', '/api/messages?channel=traceless&consumer_id=head');
    await list(relay, 'traceless', { consumer_id: 'control' });
    await untilRead(relay, { channel: 'traceless', consumer_id: 'control', seq });
    expect(await receipts(relay, id)).toMatchObject([{ consumer_id: 'control' }]);
  });

  test('an answer that its reader did not wait for is not read', async () => {
    const channel = 'unread';
    await sendMuch(relay, channel);
    const path = `/api/messages?channel=${channel}&full=1&limit=500&consumer_id=`;
    const hasty = await RawConnection.open(relay);
    hasty.write(head(`GET ${path}hasty HTTP/1.1`, 'Host: localhost'));
    // The answer is under way, and larger than what sockets hold.
    await hasty.receivedText('HTTP/1.1 200');
    hasty.close();
    await get(relay, `${path}patient`);
    await untilRead(relay, { channel, consumer_id: 'patient', seq: 1 });
    expect((await consumers(relay, { channel })).map(({ consumer_id }) => consumer_id)).toEqual(['patient']);
  });
});
