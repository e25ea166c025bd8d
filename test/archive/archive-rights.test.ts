import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditEvent } from '../../src-shared/api/audit.ts';
import { expectError } from '../http/expect-answer.ts';
import { bearer, call, get } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { rawRequest, head } from '../support/raw-http.ts';
import { jsonLines, message, whole, importInto, exported, contents } from './export-lines.ts';

/** Who may export and import, and how (wire specification 3.16). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
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
