import type { MessageDetail, MessageItem } from '../api/messages.ts';
import type { StreamMessage } from '../client/stream-event.ts';
import { interpretContent, type Interpretation } from '../encoding.ts';
import type { Origin } from '../message.ts';

/** A message as the page keeps it, whichever way it came. */
export interface FeedMessage {
  readonly seq: number;
  readonly id: string;
  readonly channel: string;
  readonly sender: string;
  /** As it is stored. */
  readonly content: string;
  /** As the relay writes times; they can be compared as text. */
  readonly timestamp: string;
  /** Milliseconds since the epoch; NaN if the row was written by other hands. */
  readonly at: number;
  readonly interpretation: Interpretation;
  /** Where it came from: the machine whose token was used, and its program. */
  readonly origin: Origin | null;
}

type Given = (MessageItem | MessageDetail | StreamMessage) & { channel?: string };

/** @param channel where it was found; listings do not repeat it */
export function toFeedMessage(given: Given, channel: string): FeedMessage {
  const { seq, id, sender, content = '', origin } = given;
  const timestamp = 'timestamp' in given ? given.timestamp : given.ts;
  return {
    seq,
    id,
    channel: given.channel ?? channel,
    sender,
    content,
    timestamp,
    at: Date.parse(timestamp),
    interpretation: interpretContent(content),
    // A relay of an earlier version does not say.
    origin: origin ?? null,
  };
}

/** Messages of the same conversation have the same key (as `GET /api/threads` has it): named, or the root of the replies. */
export function threadOf(message: FeedMessage, find: (id: string) => FeedMessage | undefined): string {
  let root = message;
  // A chain of replies may be long, and need not end: others write what it says.
  for (let steps = 0; steps < maxChain; steps++) {
    const envelope = envelopeOf(root);
    const named = envelope?.thread_id ?? envelope?.correlation_id;
    if (named !== undefined) return `=${named}`;
    const parent = envelope?.reply_to;
    if (parent === undefined) return root.id;
    const found = find(parent);
    if (!found) return parent;
    root = found;
  }
  return root.id;
}

const maxChain = 64;

export function envelopeOf({ interpretation }: FeedMessage) {
  return interpretation.encoding === 'structured' ? interpretation.message : undefined;
}
