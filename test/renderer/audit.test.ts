import { describe, expect, test } from 'vitest';
import { auditTable } from '../../src-renderer/views/audit/audit-table.ts';
import { auditAuthor, auditSentence, auditWords } from '../../src-renderer/views/audit/audit-words.ts';
import type { AuditEvent } from '../../src-shared/api/audit.ts';

const entry = (fields: Partial<AuditEvent>): AuditEvent => ({
  ...{ id: 1, timestamp: '2026-11-23T04:53:01.879138Z', event: 'relay_pause' },
  ...{ channel: null, detail: null, ip: null, by: null },
  ...fields,
});

describe('an entry of the audit log', () => {
  test.each<[Partial<AuditEvent>, string]>([
    [{ event: 'channel_clear', channel: 'demo:one', detail: '1 message(s)' }, 'Cleared demo:one, 1 message'],
    [
      { event: 'channel_clear', channel: 'demo:one', detail: '31 message(s)' },
      'Cleared demo:one, 31 messages',
    ],
    [{ event: 'import', detail: '12 message(s), 1 cursor(s)' }, 'Imported 12 messages, 1 cursor'],
    [{ event: 'export', detail: '2 channel(s)' }, 'Exported 2 channels'],
    [{ event: 'export', channel: 'demo:one', detail: '1 channel(s)' }, 'Exported demo:one'],
    [{ event: 'auth_failure', detail: '/mcp' }, 'Asked without a token that counts for /mcp'],
    [{ event: 'auth_failure', detail: '/mcp', by: 'macbook' }, 'Asked without the right for /mcp'],
    [
      { event: 'oversize_reject', detail: '/api/send (and 7 more before)' },
      'Sent more than is allowed to /api/send, and 7 more before',
    ],
    [{ event: 'later_kind', channel: 'demo:one', detail: 'anything' }, 'later_kind, demo:one, anything'],
    [{ event: 'constructor' }, 'constructor'],
  ])('%o is told in words', (fields, words) => {
    expect(auditSentence(entry(fields))).toBe(words);
  });

  test('is refused or done', () => {
    expect(auditWords(entry({ event: 'policy_reject' })).refused).toBe(true);
    expect(auditWords(entry({ event: 'relay_resume' })).refused).toBe(false);
  });

  test('names the computer of the relay as such, in every way it is written', () => {
    for (const ip of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
      expect(auditAuthor(entry({ ip })).place).toBe('this computer');
    expect(auditAuthor(entry({ ip: '192.0.2.7', by: 'macbook' }))).toEqual({
      name: 'macbook',
      place: '192.0.2.7',
    });
  });

  test('cannot be a formula of a spreadsheet, nor end its cell', () => {
    const rows = ['=1+1', '+1', '-1', '@x', '\tx', 'a "b", c', 'two\r\nlines'].map((by) => entry({ by }));
    const cells = auditTable(rows)
      .split(/\r\n(?=2026)/)
      .slice(1)
      .map((line) => /^[^,]*,(?<by>"(?:[^"]|"")*"|[^,]*),/s.exec(line)?.groups?.['by']);
    expect(cells).toEqual(["'=1+1", "'+1", "'-1", "'@x", "'\tx", '"a ""b"", c"', '"two\r\nlines"']);
  });
});
