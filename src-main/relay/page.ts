import type { StoredMessage } from '../../src-shared/message.ts';
import { utf8Bytes } from '../../src-shared/text.ts';

/** A stretch of a channel, oldest first. */
export interface Page {
  channel: string;
  messages: StoredMessage[];
  /** Where to go on: the last id of the page, else the cursor that was asked for, else null. */
  nextCursor: string | null;
  /** The cursor is unknown in this channel: it was cleared, expired, or never there. */
  stale: boolean;
  /** The page ends early because of its size; the rest follows `nextCursor`. */
  truncated: boolean;
}

/** As many of the oldest messages as fit, but at least one: a reader that cannot get past a message is stuck. */
export function fitIntoBytes(
  channel: string,
  messages: StoredMessage[],
  { cursor, maxBytes = Infinity }: { cursor: string | null; maxBytes?: number | undefined },
): Page {
  let bytes = 0;
  let count = 0;
  for (const message of messages) {
    bytes += utf8Bytes(message.content);
    if (count > 0 && bytes > maxBytes) break;
    count++;
  }
  const fitting = count === messages.length ? messages : messages.slice(0, count);
  return {
    channel,
    messages: fitting,
    nextCursor: fitting.at(-1)?.id ?? cursor,
    stale: false,
    truncated: count < messages.length,
  };
}
