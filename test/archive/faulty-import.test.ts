import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportResponse } from '../../src-shared/api/archive.ts';
import type { ErrorCode } from '../../src-shared/bridge-error.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { head, RawConnection } from '../support/raw-http.ts';
import { jsonLines, header, message, body, importInto, contents, expectFault } from './export-lines.ts';

/** What `POST /api/import` says of lines that it cannot take (wire specification 3.16). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
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
