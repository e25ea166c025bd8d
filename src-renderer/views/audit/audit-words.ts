import type { AuditEvent } from '../../../src-shared/api/audit.ts';

/** What an entry of the audit log tells, in words. */
export interface AuditWords {
  /** What was done: `Cleared`. */
  deed: string;
  /** To what: a channel, or something that a machine reads. */
  object?: { kind: 'channel' | 'code' | 'text'; text: string };
  /** What there is to know besides. */
  rest?: string;
  refused: boolean;
}

/** A kind of entry, as the filter calls it, and how one is told. */
interface AuditKind {
  label: string;
  tell: (entry: AuditEvent) => Omit<AuditWords, 'refused'>;
  refused?: true;
}

/** In the order of the filter: refusals first, then what concerns messages, then what administrators do. */
const kinds: Readonly<Record<string, AuditKind>> = {
  auth_failure: {
    label: 'Without a right',
    tell: ({ detail, by }) =>
      code(by === null ? 'Asked without a token that counts for' : 'Asked without the right for', detail),
    refused: true,
  },
  policy_reject: {
    label: 'From a wrong place',
    tell: ({ detail }) => code('Asked by a host name or from a page that is not allowed for', detail),
    refused: true,
  },
  oversize_reject: {
    label: 'Too large',
    tell: ({ detail }) => code('Sent more than is allowed to', detail),
    refused: true,
  },
  flood_refused: {
    label: 'Too many messages',
    tell: (entry) => ({ ...onChannel('Sent too much to', entry), rest: `as ${entry.detail ?? ''}` }),
    refused: true,
  },
  channel_create: {
    label: 'Channels begun',
    tell: (entry) => ({ ...onChannel('Began', entry), ...(entry.detail && { rest: entry.detail }) }),
  },
  channel_clear: {
    label: 'Channels cleared',
    tell: (entry) => ({ ...onChannel('Cleared', entry), rest: counts(entry.detail) }),
  },
  consumer_reset: {
    label: 'Positions reset',
    tell: (entry) => ({ ...onChannel('Reset a position on', entry), rest: `that of ${entry.detail ?? ''}` }),
  },
  consumer_delete: {
    label: 'Positions deleted',
    tell: (entry) => ({
      ...onChannel('Deleted a position on', entry),
      rest: `that of ${entry.detail ?? ''}`,
    }),
  },
  export: {
    label: 'Exports',
    tell: (entry) =>
      entry.channel === null ? text('Exported', counts(entry.detail)) : onChannel('Exported', entry),
  },
  import: { label: 'Imports', tell: ({ detail }) => text('Imported', counts(detail)) },
  backup: { label: 'Backups', tell: ({ detail }) => text('Downloaded the database,', counts(detail)) },
  settings_change: { label: 'Settings changed', tell: ({ detail }) => code('Changed', detail) },
  relay_pause: { label: 'Pauses', tell: () => ({ deed: 'Paused the relay' }) },
  relay_resume: { label: 'Pauses ended', tell: () => ({ deed: 'Resumed the relay' }) },
  token_create: { label: 'Tokens made', tell: ({ detail }) => text('Made the token', detail) },
  token_rotate: { label: 'Tokens renewed', tell: ({ detail }) => text('Renewed', detail) },
  token_revoke: { label: 'Tokens revoked', tell: ({ detail }) => text('Revoked the token', detail) },
  pairing_create: { label: 'Codes made', tell: ({ detail }) => text('Made a pairing code for', detail) },
  pairing_cancel: {
    label: 'Codes taken back',
    tell: ({ detail }) => code('Took back the pairing code', detail),
  },
  pairing_redeem: {
    label: 'Machines joined',
    tell: ({ detail }) => text('Joined by a pairing code:', detail),
  },
  session_revoke: {
    label: 'Browsers signed out',
    tell: ({ detail }) => text('Signed out other browsers:', detail),
  },
};

/** What can be filtered by: the name on the wire and what the reader calls it. */
export const auditKinds: readonly { event: string; label: string }[] = Object.entries(kinds).map(
  ([event, { label }]) => ({ event, label }),
);

/** Tells `entry`; a kind that is not known here in its own words. */
export function auditWords(entry: AuditEvent): AuditWords {
  const kind = Object.hasOwn(kinds, entry.event) ? kinds[entry.event] : undefined;
  if (kind) return { ...kind.tell(entry), refused: kind.refused === true };
  const rest = [entry.channel, entry.detail].filter((part) => part !== null).join(', ');
  return { deed: entry.event, ...(rest !== '' && { rest }), refused: false };
}

/** The same as one line of plain text. */
export function auditSentence(entry: AuditEvent): string {
  const { deed, object, rest } = auditWords(entry);
  return (object ? `${deed} ${object.text}` : deed) + (rest === undefined ? '' : `, ${rest}`);
}

/** Who did it, as far as that was recorded. */
export function auditAuthor({ by, ip }: AuditEvent): { name: string | undefined; place: string | undefined } {
  return { name: by ?? undefined, place: ip === null ? undefined : placeOf(ip) };
}

function placeOf(ip: string): string {
  return /^(127\.|::1$|::ffff:127\.)/.test(ip) ? 'this computer' : ip;
}

function onChannel(deed: string, { channel }: AuditEvent): Omit<AuditWords, 'refused'> {
  return channel === null ? { deed } : { deed, object: { kind: 'channel', text: channel } };
}

function code(deed: string, detail: string | null): Omit<AuditWords, 'refused'> {
  if (detail === null) return { deed };
  const { code: only = detail, rest } = repeated.exec(detail)?.groups ?? {};
  return { deed, object: { kind: 'code', text: only }, ...(rest !== undefined && { rest }) };
}

/** How the relay says that the same was refused again and again. */
const repeated = /^(?<code>.*) \((?<rest>and \d+ more before)\)$/s;

function text(deed: string, detail: string | null): Omit<AuditWords, 'refused'> {
  return detail === null ? { deed } : { deed, object: { kind: 'text', text: detail } };
}

/** `1 message(s)` → `1 message`, `31 message(s), 2 cursor(s)` → `31 messages, 2 cursors`. */
function counts(detail: string | null): string {
  return (detail ?? '').replaceAll(/(\d+) (\w+)\(s\)/g, (_, number: string, noun: string) =>
    number === '1' ? `1 ${noun}` : `${number} ${noun}s`,
  );
}
