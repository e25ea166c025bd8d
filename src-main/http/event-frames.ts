import { parseJsonContent, preview, type StoredMessage } from '../../src-shared/message.ts';
import type { Change, ChannelEvent, Interruption, Receipt } from '../relay/changes.ts';

/**
 * Frames of the event stream, to the byte what the original's clients were written against (wire specification 4.3,
 * 11.1): CRLF, `id`, `event`, `data` in this order, one blank after each colon, data as one line of ASCII.
 */
const lineEnd = '\r\n';

export function frame(event: string, data: Record<string, unknown>, id?: string): string {
  const idLine = id === undefined ? '' : `id: ${toAscii(id)}${lineEnd}`;
  return `${idLine}event: ${event}${lineEnd}data: ${asciiJson(data)}${lineEnd}${lineEnd}`;
}

/** A comment that keeps proxies from closing a quiet stream. */
export function keepAliveFrame(now: Date): string {
  return `: ping - ${now.toISOString().replace('T', ' ').replace('Z', '000+00:00')}${lineEnd}${lineEnd}`;
}

const encoded = new WeakMap<readonly Change[], Buffer>();

/**
 * The frames of some changes as one chunk of a body (RFC 9112 §7.1). Every subscriber of a channel gets the same array,
 * which is encoded once for all, the framing of the chunk included.
 */
export function encodeChunk(changes: readonly Change[]): Buffer {
  let chunk = encoded.get(changes);
  if (!chunk) {
    const frames = changes.map(changeFrame).join('');
    // Frames are ASCII, so that a character is a byte.
    chunk = Buffer.from(`${frames.length.toString(16)}${lineEnd}${frames}${lineEnd}`, 'latin1');
    encoded.set(changes, chunk);
  }
  return chunk;
}

/** What a chunk carries. */
export function contentOf(chunk: Buffer): Buffer {
  return chunk.subarray(chunk.indexOf(lineEnd) + lineEnd.length, -lineEnd.length);
}

function changeFrame(change: Change): string {
  return change.kind === 'message' ? messageFrame(change.message) : eventFrame(change.event);
}

/** The original's keys first, then what its clients had to fetch separately. */
function messageFrame(message: StoredMessage): string {
  const { seq, id, channel, sender, content, timestamp, origin } = message;
  return frame(
    'message',
    {
      seq,
      id,
      sender,
      content,
      timestamp,
      channel,
      ts: timestamp,
      is_json: parseJsonContent(content) !== undefined,
      preview: preview(content),
      origin,
    },
    id,
  );
}

/** Every event has an id of its own, so that a reader that saw it can resume from it. */
function eventFrame(event: ChannelEvent): string {
  if ('consumer' in event) return receiptFrame(event);
  if (!('removed' in event)) return interruptionFrame(event);
  const { id, channel, type, removed, timestamp } = event;
  const count = type === 'clear' ? { cleared: removed } : { removed };
  return frame(type, { channel, ...count, id, timestamp }, id);
}

/** It concerns all channels, so it names none. */
function interruptionFrame({ id, type, timestamp }: Interruption): string {
  return frame(type, { id, timestamp }, id);
}

function receiptFrame({ id, channel, type, consumer, firstSeq, lastSeq, timestamp }: Receipt): string {
  return frame(
    'receipt',
    {
      channel,
      kind: type,
      consumer_id: consumer,
      first_seq: firstSeq,
      last_seq: lastSeq,
      id,
      timestamp,
    },
    id,
  );
}

/**
 * JSON as Python prints it: a blank after each comma and colon, and everything beyond ASCII escaped, because the
 * original's terminal client takes U+2028, U+0085 and their like for ends of lines.
 */
function asciiJson(object: Record<string, unknown>): string {
  const members = Object.entries(object).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  );
  return toAscii(`{${members.join(', ')}}`);
}

function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
