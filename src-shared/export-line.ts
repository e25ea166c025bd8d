import * as z from 'zod';
import { BridgeError } from './bridge-error.ts';
import { existingChannel } from './channel.ts';
import { checked, type Fault } from './fault.ts';
import { isJsonObject, metadata } from './json-object.ts';
import { textFault } from './json-value.ts';
import { parseJsonText } from './json-text.ts';
import { maxMessageBytes } from './message.ts';
import { exceedsBytes } from './text.ts';
import { validate } from './validation.ts';

/**
 * The lines of an export (wire specification 3.16): a header, messages in the order of the log, where the consumers stand, and an
 * end by which a file that was cut is known.
 */
export const exportFormat = 'claude-bridge-export';
export const exportVersion = 1;

/** Longest line that is read: content at its limit, every character of it escaped, and the rest. */
export const maxLineBytes = 1_048_576;

/** How far into the future a timestamp may lie, for clocks that are wrong, in ms; later messages come after it. */
const maxAheadMs = 86_400_000;

/** Names as files may hold them: those that may no longer be written can still be read (2.6). */
const existingName = existingChannel;

const text = z.string('must be a string').check(checked(textFault));

const content = z.string('must be a string').check(
  checked((text): Fault | undefined => {
    const fault = textFault(text);
    if (fault || !exceedsBytes(text, maxMessageBytes)) return fault;
    return { code: 'too_large', says: `is too large: it exceeds ${maxMessageBytes} bytes` };
  }),
);

const timestamp = z.string('must be a string').check(
  checked((text): Fault | undefined => {
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(text) ? Date.parse(text) : NaN;
    if (Number.isNaN(time)) {
      return { code: 'invalid_format', says: 'must be a time in UTC such as 2026-01-31T08:15:00.250000Z' };
    }
    if (time <= Date.now() + maxAheadMs) return undefined;
    return { code: 'invalid_value', says: 'must not lie in the future' };
  }),
);

const header = z.object({
  kind: z.literal('header'),
  format: z.literal(exportFormat, `must be ${exportFormat}`),
  version: z.literal(
    exportVersion,
    `must be ${exportVersion}: this file is of another version of the program`,
  ),
  /** When it was begun. */
  exported_at: z.string().optional(),
  /** The channels that were asked for; null for all. */
  channels: z.array(z.string()).nullish(),
  /** What it begins after: an id or a time; null for the beginning. */
  since: z.string().nullish(),
});

/** Who sent a message, as the relay that it comes from has seen it. */
const origin = z.object({
  label: existingName,
  client: z.object({ name: text, version: text }).nullable(),
});

const message = z.object({
  kind: z.literal('message'),
  /** Its place in the relay that it comes from. It gets a new one where it is imported. */
  seq: z.int('must be a whole number').optional(),
  id: existingName,
  channel: existingChannel,
  sender: existingName,
  timestamp,
  content,
  origin: origin.nullish(),
});

const cursor = z.object({
  kind: z.literal('cursor'),
  consumer_id: existingName,
  channel: existingChannel,
  /** The newest message that it has acknowledged, of those that were there. */
  acked_id: existingName.nullable(),
  acked_at: timestamp.nullable(),
  /** The same for what it has read. */
  read_id: existingName.nullable(),
  last_seen: timestamp,
  /** What it has left beside its cursor (3.10). */
  metadata: metadata.optional(),
});

/** The last line, with the numbers of lines since the header. */
const end = z.object({
  kind: z.literal('end'),
  messages: z.int('must be a whole number'),
  cursors: z.int('must be a whole number'),
});

const anyLine = z.discriminatedUnion(
  'kind',
  [header, message, cursor, end],
  'must be header, message, cursor or end',
);

export type ExportLine = z.infer<typeof anyLine>;
export type ExportedMessage = z.infer<typeof message>;
export type ExportedCursor = z.infer<typeof cursor>;
export type ExportEnd = z.infer<typeof end>;

/**
 * What a line says.
 * @throws BridgeError `too_deep`, `invalid_json`, or the code of the first fault with the name of its field
 */
export function parseExportLine(text: string): ExportLine {
  const value = parseJsonText(text, 'the line');
  if (!isJsonObject(value)) throw new BridgeError('invalid_type', 'the line must be a JSON object');
  return validate(anyLine, value);
}
