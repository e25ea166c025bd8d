import type { StoredMessage } from '../../src-shared/message.ts';
import { utf8Bytes } from '../../src-shared/text.ts';
import type { LostHistory } from '../store/consumers.ts';

/** A stretch of a channel, oldest first. */
export interface Page {
  channel: string;
  messages: StoredMessage[];
  /** Where to go on: the last id of the page, else the cursor that was asked for, else null. */
  nextCursor: string | null;
  /** The cursor is unknown in this channel: it was cleared, expired, or never there. */
  stale: boolean;
  /** The relay is paused: it hands nothing out, whatever there is. */
  paused: boolean;
  /** What the channel has lost since the unknown cursor, if that can be told, or behind that of the consumer. */
  lost: LostHistory | undefined;
  /** The page ends early because of its size; the rest follows `nextCursor`. */
  truncated: boolean;
  /** The consumer in whose name it was read. */
  consumer: string | undefined;
  /**
   * To be called when the answer with this page was written out completely. Only then the messages count as read by
   * the consumer; without a consumer nothing happens.
   */
  delivered: () => void;
}

/** As many of the oldest messages as fit, but at least one: a reader that cannot get past a message is stuck. */
export function fitIntoBytes(messages: StoredMessage[], maxBytes = Infinity): StoredMessage[] {
  const count = countFitting(messages, maxBytes);
  return count === messages.length ? messages : messages.slice(0, count);
}

/** As many of the newest messages as fit, but at least one, for a reader that goes backwards. */
export function fitNewestIntoBytes(messages: StoredMessage[], maxBytes = Infinity): StoredMessage[] {
  const count = countFitting(messages.toReversed(), maxBytes);
  return count === messages.length ? messages : messages.slice(-count);
}

function countFitting(messages: readonly StoredMessage[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const { content } of messages) {
    bytes += utf8Bytes(content);
    if (count > 0 && bytes > maxBytes) break;
    count++;
  }
  return count;
}
