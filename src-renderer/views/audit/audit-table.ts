import type { AuditEvent } from '../../../src-shared/api/audit.ts';
import { auditSentence, auditWords } from './audit-words.ts';

const columns = ['time', 'who', 'address', 'what', 'result', 'event', 'channel', 'detail'];

/** The entries as a table that spreadsheets open (RFC 4180), the newest first. */
export function auditTable(entries: readonly AuditEvent[]): string {
  const rows = entries.map((entry) => [
    entry.timestamp,
    entry.by,
    entry.ip,
    auditSentence(entry),
    auditWords(entry).refused ? 'refused' : 'done',
    entry.event,
    entry.channel,
    entry.detail,
  ]);
  return [columns, ...rows].map((row) => row.map(cell).join(',') + '\r\n').join('');
}

/** Text that a spreadsheet would take for a formula is marked as text: anybody may choose a name. */
function cell(value: string | null): string {
  const safe = (value ?? '').replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
