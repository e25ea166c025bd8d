import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportResponse } from '../../src-shared/api/archive.ts';
import type { AuditEvent } from '../../src-shared/api/audit.ts';
import { plainConnection } from '../store/support.ts';
import { follow } from '../support/event-reader.ts';
import { bearer, get, list, post, send, state, type Target } from '../support/http-client.ts';
import { scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { jsonLines, header, message, body, whole, importInto, exported, contents } from './export-lines.ts';
import { fill, sendWithoutEnd } from './support.ts';

/** `POST /api/import` (wire specification 3.16). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
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
