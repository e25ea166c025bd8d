import * as z from 'zod';
import { BridgeError } from '../bridge-error.ts';
import { canonicalJson } from '../canonical-json.ts';
import { channelName, idempotencyKey, senderName } from '../channel.ts';
import { envelope } from '../envelope.ts';
import { messageContent } from '../message.ts';
import { validate } from '../validation.ts';

/**
 * The body of `POST /api/send` and the input of `bridge_send`: text as `content`, or an envelope as `message` (wire
 * specification 3.7, 6). Unknown keys are ignored.
 */
export const sendFields = z.object({
  channel: channelName,
  sender: senderName,
  content: messageContent.nullish(),
  message: z.unknown().optional(),
  idempotency_key: idempotencyKey.nullish(),
});

/** In the order in which they are checked; the choice between the two payloads comes in between (3.7). */
const address = sendFields.pick({ channel: true, sender: true });
const text = z.object({ content: messageContent });
const repetition = sendFields.pick({ idempotency_key: true });

/** A send that was checked. */
export interface SendRequest {
  channel: string;
  sender: string;
  /** What is stored: the text as it came, or the envelope in its canonical form. */
  content: string;
  /** Which of the two it came as; limits name it. */
  form: 'content' | 'message';
  /** Makes the send repeatable: the key that was given, else the envelope's own. */
  key: string | undefined;
}

/** @throws BridgeError with the code and field of the first fault; fields of an envelope are named relative to it */
export function parseSend(input: unknown): SendRequest {
  const { channel, sender } = validate(address, input);
  const payload = parsePayload(input as { content?: unknown; message?: unknown });
  const { idempotency_key: key } = validate(repetition, input);
  return { channel, sender, ...payload, key: key ?? payload.key };
}

/** What is stored, with the key that an envelope brings. Null counts as absent. */
function parsePayload(input: {
  content?: unknown;
  message?: unknown;
}): Pick<SendRequest, 'content' | 'form' | 'key'> {
  const hasContent = (input.content ?? undefined) !== undefined;
  const hasMessage = (input.message ?? undefined) !== undefined;
  if (hasContent && hasMessage) {
    throw new BridgeError('invalid_value', 'give content or message, not both', { field: 'content' });
  }
  if (hasMessage) {
    const structured = validate(envelope, input.message);
    return { content: canonicalJson(structured), form: 'message', key: structured.dedupe_key };
  }
  if (!hasContent) throw new BridgeError('required', 'content or message is required', { field: 'content' });
  return { ...validate(text, input), form: 'content', key: undefined };
}

/** Who is there to see a message at the moment at which it was sent. Nothing here says that anybody has read it. */
export interface Listening {
  /** Agents that wait for this channel right now, by name where they gave one. */
  waiting: number;
  /** Open event streams on this channel. */
  streaming: number;
  /** Consumers that follow the channel, with the time they were last heard from. */
  consumers: { consumer_id: string; last_seen: string }[];
  /** Nobody waits, streams or follows: the message lies there until somebody asks for it. */
  nobody: boolean;
}

/** `POST /api/send` → 200. */
export interface SendResponse {
  id: string;
  seq: number;
  channel: string;
  ts: string;
  deduplicated: boolean;
  listening: Listening;
  /** The relay is paused: the message is stored, and handed out when that is over. */
  paused?: true;
  /** The same was said several times in a row: a loop, perhaps. */
  warning?: 'identical_repeat';
}

export interface SendBody {
  channel: string;
  sender: string;
  content?: string;
  /** An envelope (wire specification 6). */
  message?: unknown;
  idempotency_key?: string | undefined;
}
