import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportResponse } from '../../src-shared/api/archive.ts';
import type { AuditEvent } from '../../src-shared/api/audit.ts';
import { errorStatus, type ErrorCode } from '../../src-shared/bridge-error.ts';
import type { ExportLine } from '../../src-shared/export-line.ts';
import { expectError } from '../http/expect-answer.ts';
import { plainConnection } from '../store/support.ts';
import { follow } from '../support/event-reader.ts';
import {
  bearer,
  call,
  get,
  list,
  post,
  send,
  state,
  type Answer,
  type Target,
} from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { rawRequest, head, RawConnection } from '../support/raw-http.ts';
import { begin, fill, sendWithoutEnd } from './support.ts';

/** `GET /api/export` and `POST /api/import` (wire specification 3.16). */

const jsonLines = 'application/x-ndjson';

const header = { kind: 'header', format: 'claude-bridge-export', version: 1 };

let count = 0;

/** A message as an export has it, of a relay that this one has never heard of. */
function message(channel: string, content = `content ${++count}`) {
  return {
    kind: 'message',
    id: `foreign-${++count}`,
    channel,
    sender: 'mira',
    timestamp: `2024-02-03T04:05:06.${String(count).padStart(6, '0')}Z`,
    content,
  };
}

function body(...lines: unknown[]): string {
  return lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n';
}

function whole(...lines: { kind: string }[]): string {
  const number = (kind: string) => lines.filter((line) => line.kind === kind).length;
  return body(header, ...lines, { kind: 'end', messages: number('message'), cursors: number('cursor') });
}

function importInto(relay: Relay, lines: string | Uint8Array, query = ''): Promise<Answer> {
  const headers = { ...bearer(relay.localToken), 'Content-Type': jsonLines };
  return call(relay, 'POST', `/api/import${query}`, { headers, body: lines });
}

async function exported(relay: Relay, query = ''): Promise<ExportLine[]> {
  const answer = await get(relay, `/api/export${query}`, bearer(relay.localToken));
  expect(answer.status).toBe(200);
  return parse(answer.text);
}

function parse(lines: string): ExportLine[] {
  expect(lines.endsWith('\n')).toBe(true);
  return lines
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine);
}

async function contents(target: Target, channel: string, limit = 500): Promise<(string | undefined)[]> {
  const { messages } = await list(target, channel, { full: '1', limit: `${limit}` });
  return messages.map(({ content }) => content);
}

/** An import that ended at a fault: beside the error it says what was done. */
function expectFault(answer: Answer, code: ErrorCode, field?: string): void {
  const done = {
    dry_run: false,
    messages: expect.anything() as unknown,
    cursors: expect.anything() as unknown,
  };
  expect(answer).toMatchObject({ status: errorStatus[code], body: { code, ...done } });
  expect((answer.body as { field?: string }).field).toBe(field);
}

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ args: ['--audit-log'] });
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

describe('an import', () => {
  test('gives an empty relay what the export held, to the letter', async () => {
    const home = scratchDirectory();
    await using from = await startRelay({ home });
    await fill(home, { messages: 30, bytes: 131_072 });
    const database = plainConnection(from.databasePath);
    const insert = database.prepare(
      'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
    );
    // What 0.9.1 has taken, and bytes that are no text at all.
    insert.run(' odd id ', ' blanks ', 'a\tb', '', '2025-01-01T00:00:00Z');
    insert.run(
      'x'.repeat(400),
      'y'.repeat(300),
      'z'.repeat(200),
      'NUL \0 \u0001 \u2028 \ufeff',
      '2025-01-01T00:00:00.5Z',
    );
    database.exec(
      `INSERT INTO messages (id, channel, sender, content, timestamp)
       VALUES ('bytes', 'bytes', 'somebody', CAST(x'61eda08062ff' AS TEXT), '2025-01-01T00:00:01Z')`,
    );
    let text = '';
    // The relay notices what others write within milliseconds, not at once.
    while (!text.includes('"bytes"')) {
      text = (await get(from, '/api/export', bearer(from.localToken))).text;
    }

    await using to = await startRelay();
    const answer = await importInto(to, text);
    expect(answer.body).toEqual({
      dry_run: false,
      complete: true,
      lines: 35,
      messages: { imported: 33, skipped: 0 },
      cursors: { imported: 0, skipped: 0 },
      refused: 0,
      errors: [],
    } satisfies ImportResponse);
    for (const { id } of (await state(from)).channels) {
      expect(await list(to, id, { full: '1' })).toEqual(await list(from, id, { full: '1' }));
    }
    expect((await state(to)).channels).toEqual((await state(from)).channels);
  });

  test('puts consumers where they stood', async () => {
    await using from = await startRelay();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) ids.push((await send(from, { channel: 'work' })).id);
    await get(from, '/api/messages?channel=work&consumer_id=reader&limit=3');
    await post(from, '/api/ack', { channel: 'work', consumer_id: 'worker', message_id: ids[1] });
    await using to = await startRelay();
    await send(to, { channel: 'other' });
    await importInto(to, (await get(from, '/api/export', bearer(from.localToken))).text);
    const standing = async (target: Target) => {
      const { consumers } = (await get(target, '/api/consumers')).body as {
        consumers: Record<string, unknown>[];
      };
      return consumers.map(({ consumer_id, acked_id, unread }) => [consumer_id, acked_id, unread]);
    };
    expect(await standing(to)).toEqual(await standing(from));
    expect(await standing(to)).toEqual([
      ['reader', null, 2],
      ['worker', ids[1], 3],
    ]);
    const { messages } = await list(to, 'work', { consumer_id: 'worker' });
    expect(messages.map(({ id }) => id)).toEqual(ids.slice(2));
    expect((await get(to, `/api/messages/${ids[0]}/receipts`)).body).toMatchObject({ receipts: [] });
  });

  test('may be of any size and cut anywhere', async () => {
    const large = Array.from({ length: 40 }, (_, index) =>
      message('large', `${index} ${'🙂'.repeat(30_000)}`),
    );
    const bytes = Buffer.from(whole(...large));
    expect(bytes.length).toBeGreaterThan(4_000_000);
    const outgoing = request({
      host: '127.0.0.1',
      port: relay.port,
      method: 'POST',
      path: '/api/import',
      headers: { ...bearer(relay.localToken), 'Content-Type': jsonLines },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve).once('error', reject);
    });
    for (let start = 0; start < bytes.length; start += 9_973) {
      if (!outgoing.write(bytes.subarray(start, start + 9_973))) {
        await new Promise((resolve) => outgoing.once('drain', resolve));
      }
    }
    outgoing.end();
    expect(JSON.parse(await text(await answer))).toMatchObject({ messages: { imported: 40, skipped: 0 } });
    expect(await contents(relay, 'large', 3)).toEqual(large.slice(-3).map(({ content }) => content));
  });

  test('can be repeated: what is there is left alone', async () => {
    const lines = [message('again'), message('again'), message('again')];
    await importInto(relay, whole(...lines.slice(0, 1)));
    const answer = await importInto(
      relay,
      whole(...lines.map((line) => ({ ...line, content: `${line.content}, changed` }))),
    );
    expect(answer.body).toMatchObject({ messages: { imported: 2, skipped: 1 } });
    expect(await contents(relay, 'again')).toEqual([
      lines[0]?.content,
      ...lines.slice(1).map(({ content }) => `${content}, changed`),
    ]);
  });

  test('brings back what was cleared', async () => {
    await using own = await startRelay();
    for (let index = 0; index < 250; index++) void send(own, { channel: 'room', content: `${index}` });
    while ((await state(own)).total_messages < 250);
    const text = (await get(own, '/api/export', bearer(own.localToken))).text;
    const before = await contents(own, 'room');
    await post(own, '/api/clear', { channel: 'room' });
    expect((await importInto(own, text)).body).toMatchObject({ messages: { imported: 250, skipped: 0 } });
    expect(await contents(own, 'room')).toEqual(before);
  });

  test('appears on streams and wakes who waits, in order, while 16 senders go on', async () => {
    await using own = await startRelay();
    using events = await follow(own, 'imported');
    const waiting = get(own, `/api/wait?channel=imported&consumer_id=worker`);
    const senders = sendWithoutEnd(own);
    const lines = Array.from({ length: 1_000 }, () => message('imported'));
    const before = senders.acknowledged.length;
    expect((await importInto(own, whole(...lines))).body).toMatchObject({ messages: { imported: 1_000 } });
    const during = senders.acknowledged.length - before;
    await senders.stop();
    expect(during).toBeGreaterThan(0);
    const frames = await events.take(1_000);
    expect(frames.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
    expect(frames[0]?.data).toMatchObject({ sender: 'mira', timestamp: lines[0]?.timestamp });
    expect((await waiting).body).toMatchObject({ timed_out: false });
  });

  test('only looks when it is asked to', async () => {
    const lines = [message('dry'), message('dry')];
    await importInto(relay, whole(...lines.slice(0, 1)));
    const answer = await importInto(relay, whole(...lines), '?dry_run=1');
    expect(answer.body).toMatchObject({
      dry_run: true,
      complete: true,
      messages: { imported: 1, skipped: 1 },
    });
    expect(await contents(relay, 'dry')).toEqual([lines[0]?.content]);
  });

  test('takes blank lines, both line ends, a byte order mark and a last line without an end', async () => {
    const lines = body(header, message('lenient'), '', '  ', { kind: 'end', messages: 1, cursors: 0 });
    const answer = await importInto(relay, `\ufeff${lines.replaceAll('\n', '\r\n').trimEnd()}`);
    expect(answer.body).toMatchObject({ complete: true, lines: 3, messages: { imported: 1 } });
  });

  test('takes several exports one after the other', async () => {
    const answer = await importInto(
      relay,
      whole(message('joined')) + whole(message('joined'), message('joined')),
    );
    expect(answer.body).toMatchObject({ complete: true, messages: { imported: 3 } });
  });
});

describe('an import with a faulty line', () => {
  test.each<[string, unknown, ErrorCode, string | undefined]>([
    ['no JSON', '{', 'invalid_json', undefined],
    ['no object', '[1]', 'invalid_type', undefined],
    ['nested without end', '['.repeat(100) + ']'.repeat(100), 'too_deep', undefined],
    ['no kind', '{}', 'invalid_value', 'kind'],
    ['an unknown kind', { kind: 'stamp' }, 'invalid_value', 'kind'],
    ['no id', { ...message('x'), id: undefined }, 'invalid_type', 'id'],
    ['an empty channel', { ...message('x'), channel: '' }, 'required', 'channel'],
    ['a number as content', { ...message('x'), content: 5 }, 'invalid_type', 'content'],
    ['half a pair', JSON.stringify(message('x', '\ud800')), 'invalid_unicode', 'content'],
    ['a content that is too large', message('x', 'x'.repeat(131_073)), 'too_large', 'content'],
    ['a time of no kind', { ...message('x'), timestamp: 'yesterday' }, 'invalid_format', 'timestamp'],
    [
      'a time with another zone',
      { ...message('x'), timestamp: '2025-01-01T00:00:00+01:00' },
      'invalid_format',
      'timestamp',
    ],
    [
      'a time that never was',
      { ...message('x'), timestamp: '2025-13-01T00:00:00Z' },
      'invalid_format',
      'timestamp',
    ],
    ['a time to come', { ...message('x'), timestamp: '2999-01-01T00:00:00Z' }, 'invalid_value', 'timestamp'],
    [
      'a consumer at a message that is not there',
      {
        kind: 'cursor',
        consumer_id: 'c',
        channel: 'x',
        acked_id: 'nowhere',
        acked_at: null,
        read_id: null,
        last_seen: '2025-01-01T00:00:00Z',
      },
      'not_found',
      'acked_id',
    ],
    ['numbers that are wrong', { kind: 'end', messages: 7, cursors: 0 }, 'invalid_format', undefined],
    ['an export of another version', { ...header, version: 2 }, 'invalid_value', 'version'],
  ])('stops there and says where: %s', async (name, faulty, code, field) => {
    const channel = `faulty ${name}`;
    const [good, later] = [message(channel), message(channel)];
    const answer = await importInto(
      relay,
      body(header, good, faulty, later, { kind: 'end', messages: 2, cursors: 0 }),
    );
    expectFault(answer, code, field);
    expect(answer.body).toMatchObject({
      line: 3,
      error: expect.stringMatching(/^line 3: /) as string,
      messages: { imported: 1, skipped: 0 },
    });
    expect(await contents(relay, channel)).toEqual([good.content]);

    const skipping = await importInto(relay, body(header, good, faulty, later), '?on_error=skip');
    expect(skipping).toMatchObject({
      status: 200,
      body: {
        complete: false,
        refused: 1,
        errors: [{ line: 3, code, ...(field === undefined ? {} : { field }) }],
        messages: { imported: 1, skipped: 1 },
      },
    });
    expect(await contents(relay, channel)).toEqual([good.content, later.content]);
  });

  test.each([
    ['without end', 'x'.repeat(3_000_000)],
    ['with an end', `${'x'.repeat(1_100_000)}\n${JSON.stringify(message('long'))}\n`],
  ])('keeps little of a line that is too long: %s', async (_name, rest) => {
    const answer = await importInto(relay, body(header) + rest);
    expectFault(answer, 'too_large');
    expect(answer.body).toMatchObject({ line: 2 });
  });

  test('refuses what is not UTF-8', async () => {
    const line = JSON.stringify(message('latin', 'caf\u00e9'));
    const bytes = Buffer.concat([Buffer.from(body(header)), Buffer.from(line, 'latin1')]);
    expectFault(await importInto(relay, bytes), 'invalid_json');
  });

  test.each([
    ['nothing', ''],
    ['something else', '{"id":1}\n'],
    ['no header', body(message('headless'))],
    ['another format', body({ ...header, format: 'stamps' })],
  ])('is none at all: %s', async (_name, lines) => {
    for (const query of ['', '?on_error=skip']) {
      const answer = await importInto(relay, lines, query);
      expect(answer.status).toBe(lines === '' && query !== '' ? 200 : 400);
    }
    expect(await contents(relay, 'headless')).toEqual([]);
  });

  test('says that an export was cut, after taking what is there', async () => {
    const answer = await importInto(relay, body(header, message('cut'), message('cut')));
    expectFault(answer, 'invalid_format');
    expect(answer.body).toMatchObject({ messages: { imported: 2 } });
    expect(await contents(relay, 'cut')).toHaveLength(2);
  });

  test('reports the first hundred faults and counts the others', async () => {
    const answer = await importInto(
      relay,
      body(header, ...Array.from({ length: 250 }, () => '{}')),
      '?on_error=skip',
    );
    const { refused, errors } = answer.body as ImportResponse;
    expect([refused, errors.length, errors.at(-1)?.line]).toEqual([250, 100, 101]);
  });

  test('is answered while most of a large body is still to come', async () => {
    const connection = await RawConnection.open(relay);
    connection.write(
      head(
        'POST /api/import HTTP/1.1',
        'Host: 127.0.0.1',
        `Authorization: Bearer ${relay.localToken}`,
        `Content-Type: ${jsonLines}`,
        'Content-Length: 1000000000',
      ) + body(header, 'no JSON'),
    );
    await connection.receivedText('"line":2');
    connection.close();
  });
});

describe('an import that is cut in the middle', () => {
  test('keeps what came completely, and can be repeated', async () => {
    await using own = await startRelay({ args: ['--audit-log'] });
    const lines = Array.from({ length: 200 }, () => message('half'));
    const text = whole(...lines);
    const cut = Buffer.byteLength(body(header, ...lines.slice(0, 150))) + 20;
    const connection = await RawConnection.open(own);
    connection.write(
      head(
        'POST /api/import HTTP/1.1',
        'Host: 127.0.0.1',
        `Authorization: Bearer ${own.localToken}`,
        `Content-Type: ${jsonLines}`,
        `Content-Length: ${Buffer.byteLength(text)}`,
      ),
    );
    connection.write(Buffer.from(text).subarray(0, cut));
    while ((await state(own)).total_messages < 128);
    connection.close();
    let rows: AuditEvent[] = [];
    while (rows.length === 0) rows = ((await get(own, '/api/audit')).body as { events: AuditEvent[] }).events;
    expect(rows).toMatchObject([{ event: 'import', detail: '150 message(s), 0 cursor(s)', ip: '127.0.0.1' }]);
    expect(await contents(own, 'half')).toEqual(lines.slice(0, 150).map(({ content }) => content));

    expect((await importInto(own, text)).body).toMatchObject({ messages: { imported: 50, skipped: 150 } });
    expect(await contents(own, 'half')).toEqual(lines.map(({ content }) => content));
    expect(own.stderr).not.toContain('"level":50');
  });

  test('survives the death of the relay: what was acknowledged is there, the rest comes with a repetition', async () => {
    const home = scratchDirectory();
    const killed = await startRelay({ home });
    const lines = Array.from({ length: 20_000 }, () => message('killed'));
    const text = whole(...lines);
    const importing = importInto(killed, text).catch(() => undefined);
    while ((await state(killed)).total_messages < 1_000);
    await killed.kill();
    await importing;
    await using again = await startRelay({ home });
    const { total_messages } = await state(again);
    expect(total_messages).toBeLessThan(20_000);
    expect((await importInto(again, text)).body).toMatchObject({
      messages: { imported: 20_000 - total_messages, skipped: total_messages },
    });
    const all = (await exported(again)).flatMap((line) => (line.kind === 'message' ? [line.id] : []));
    expect(all).toEqual(lines.map(({ id }) => id));
  });
});

describe('who may', () => {
  test('export and import: administrators only', async () => {
    expectError(await get(relay, '/api/export'), 403, 'missing_right');
    const options = { headers: { 'Content-Type': jsonLines }, body: whole(message('denied')) };
    expectError(await call(relay, 'POST', '/api/import', options), 403, 'missing_right');
    await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' } });
    expectError(await get(guarded, '/api/export', bearer('wrong')), 401, 'unauthorized');
    expectError(await call(guarded, 'POST', '/api/import', options), 401, 'unauthorized');
    expect(await contents(relay, 'denied')).toEqual([]);
  });

  test.each(['text/plain', 'application/json', 'application/x-www-form-urlencoded'])(
    'not a page that posts %s',
    async (type) => {
      const headers = { ...bearer(relay.localToken), 'Content-Type': type };
      const answer = await call(relay, 'POST', '/api/import', { headers, body: whole(message('posted')) });
      expectError(answer, 415, 'unsupported_media_type', 'Content-Type');
    },
  );

  test('not with a body of unknown framing', async () => {
    const request = head(
      'POST /api/import HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Bearer ${relay.localToken}`,
      `Content-Type: ${jsonLines}`,
      'Transfer-Encoding: gzip, chunked',
    );
    expect(await rawRequest(relay, `${request}0\r\n\r\n`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_framing' },
    });
  });

  test('and every use is audited', async () => {
    await using own = await startRelay({ args: ['--audit-log'] });
    await importInto(own, whole(message('a'), message('b')));
    await exported(own, '?channel=a');
    await exported(own);
    await importInto(own, whole(), '?dry_run=1');
    let rows: AuditEvent[] = [];
    while (rows.length < 3) rows = ((await get(own, '/api/audit')).body as { events: AuditEvent[] }).events;
    expect(rows.map(({ event, channel, detail }) => [event, channel, detail])).toEqual([
      ['export', null, 'all channels'],
      ['export', 'a', '1 channel(s)'],
      ['import', null, '2 message(s), 0 cursor(s)'],
    ]);
  });

  test('ask for something that is not offered: 400', async () => {
    expectError(await importInto(relay, whole(), '?on_error=ignore'), 400, 'invalid_value', 'on_error');
  });
});
