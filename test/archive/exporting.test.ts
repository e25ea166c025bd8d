import { beforeAll, describe, expect, test } from 'vitest';
import { expectError } from '../http/expect-answer.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { header, jsonLines, exported, parse } from './export-lines.ts';
import { begin, fill, sendWithoutEnd } from './support.ts';

/** `GET /api/export` (wire specification 3.16). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

describe('an export', () => {
  test('has a header, messages in order, where consumers stand, and an end', async () => {
    await using own = await startRelay();
    const first = await send(own, { channel: 'demo:a', sender: 'atlas', content: 'line\u2028one\r\n"' });
    const second = await send(own, { channel: 'demo:b', sender: 'orion', content: '{"half":"\\ud800"}' });
    const ack = { channel: 'demo:a', consumer_id: 'orion', message_id: first.id, metadata: { step: 1 } };
    await post(own, '/api/ack', ack);
    const answer = await get(own, '/api/export', bearer(own.localToken));
    expect(answer.headers).toMatchObject({
      'content-type': jsonLines,
      'content-disposition': expect.stringMatching(
        /^attachment; filename="claude-bridge-[\dT-]+\.jsonl"$/,
      ) as string,
      'cache-control': 'no-store',
    });
    expect(parse(answer.text)).toEqual([
      { ...header, exported_at: expect.stringMatching(/Z$/) as string, channels: null, since: null },
      {
        kind: 'message',
        seq: 1,
        id: first.id,
        channel: 'demo:a',
        sender: 'atlas',
        content: 'line\u2028one\r\n"',
        timestamp: first.ts,
        origin: { label: 'a client on this machine', client: null },
      },
      {
        kind: 'message',
        seq: 2,
        id: second.id,
        channel: 'demo:b',
        sender: 'orion',
        content: '{"half":"\\ud800"}',
        timestamp: second.ts,
        origin: { label: 'a client on this machine', client: null },
      },
      {
        kind: 'cursor',
        consumer_id: 'orion',
        channel: 'demo:a',
        acked_id: first.id,
        acked_at: expect.stringMatching(/Z$/) as string,
        read_id: null,
        last_seen: expect.stringMatching(/Z$/) as string,
        metadata: { step: 1 },
      },
      { kind: 'end', messages: 2, cursors: 1 },
    ]);
  });

  test('holds the channels that were asked for, and what came since an id or a time', async () => {
    await using own = await startRelay();
    const sent: string[] = [];
    for (const channel of ['a', 'b', 'c', 'a', 'b']) sent.push((await send(own, { channel })).id);
    await post(own, '/api/ack', { channel: 'a', consumer_id: 'early', message_id: sent[0] });
    await post(own, '/api/ack', { channel: 'b', consumer_id: 'late', message_id: sent[4] });
    const ids = async (query: string) =>
      (await exported(own, query)).flatMap((line) => (line.kind === 'message' ? [line.id] : []));
    const cursors = async (query: string) =>
      (await exported(own, query)).flatMap((line) =>
        line.kind === 'cursor' ? [[line.consumer_id, line.acked_id]] : [],
      );
    expect(await ids('?channel=a')).toEqual([sent[0], sent[3]]);
    expect(await ids('?channel=c&channel=b')).toEqual([sent[1], sent[2], sent[4]]);
    expect(await ids('?channel=none')).toEqual([]);
    expect(await ids(`?since=${sent[2]}`)).toEqual([sent[3], sent[4]]);
    expect(await ids(`?since=${sent[2]}&channel=b`)).toEqual([sent[4]]);
    expect(await ids('?since=2001-01-01T00:00:00Z')).toEqual(sent);
    expect(await ids('?since=2100-01-01T00:00:00%2B01:00')).toEqual([]);
    expect(await cursors('?channel=a')).toEqual([['early', sent[0]]]);
    // A message that is not in this export says nothing to whoever imports it.
    expect(await cursors(`?since=${sent[2]}`)).toEqual([
      ['early', null],
      ['late', sent[4]],
    ]);
    expectError(await get(own, '/api/export?since=nope', bearer(own.localToken)), 404, 'not_found', 'since');
    for (const since of ['2026-01-31', '2026-13-01T00:00:00Z', '2026-01-31T00:00:00']) {
      const answer = await get(own, `/api/export?since=${since}`, bearer(own.localToken));
      expect(answer).toMatchObject({ status: 400, body: { field: 'since' } });
    }
    expectError(await get(own, '/api/export?channel=', bearer(own.localToken)), 400, 'required', 'channel');
  });

  test('answers HEAD with headers only', async () => {
    const answer = await call(relay, 'HEAD', '/api/export', { headers: bearer(relay.localToken) });
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': jsonLines }, text: '' });
  });

  test('is a beginning of the log without gaps while 16 senders go on, whom it does not hold up', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 300, bytes: 50_000 });
    await using own = await startRelay({ home });
    const senders = sendWithoutEnd(own);
    await send(own, { channel: 'room 0' });
    const before = [...senders.acknowledged];
    const lines = await exported(own);
    const during = senders.acknowledged.length - before.length;
    await senders.stop();
    expect(during).toBeGreaterThan(0);
    const messages = lines.flatMap((line) => (line.kind === 'message' ? [line] : []));
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    const ids = new Set(messages.map(({ id }) => id));
    expect(before.filter((id) => !ids.has(id))).toEqual([]);
    expect(lines.at(-1)).toEqual({ kind: 'end', messages: messages.length, cursors: 0 });
  });

  test('is read no faster than the client takes it, and ends with the client', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 300, bytes: 100_000 });
    await using own = await startRelay({ home });
    const download = begin(own, '/api/export');
    const answer = await download.answer;
    answer.pause();
    await send(own, { channel: 'room' });
    download.breakOff();
    expect((await exported(own)).at(-1)).toEqual({ kind: 'end', messages: 301, cursors: 0 });
    expect(own.stderr).not.toContain('"level":50');
  });
});
