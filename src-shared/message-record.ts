import { interpretContent, type Encoding } from './encoding.ts';
import type { Envelope } from './envelope.ts';
import type { StoredMessage } from './message.ts';

/** A message as `GET /api/wait` and the tools give it (wire specification 3.9), with what its content is (6.1). */
export interface MessageRecord extends StoredMessage {
  encoding: Encoding;
  /** The envelope that the content holds. */
  message?: Envelope;
  /** Why the content is no envelope though it looks like one. */
  parse_warning?: string;
}

export function toRecord(message: StoredMessage): MessageRecord {
  const { seq, id, channel, sender, content, timestamp, origin } = message;
  const { json: _json, ...interpretation } = interpretContent(content);
  return { seq, id, channel, sender, content, timestamp, origin, ...interpretation };
}
