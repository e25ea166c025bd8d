import type { MessageItem } from '../../src-shared/api/messages.ts';
import type { FoundMessage } from '../../src-shared/api/search.ts';
import { interpretContent } from '../../src-shared/encoding.ts';
import { preview, type StoredMessage } from '../../src-shared/message.ts';

/** A message as listings show it (wire specification 3.4), with its whole content or the beginning of it. */
export function toItem(message: StoredMessage, full: boolean): MessageItem {
  const { seq, id, sender, content, timestamp, origin } = message;
  const interpretation = interpretContent(content);
  const item: MessageItem = {
    seq,
    id,
    ts: timestamp,
    ts_full: timestamp,
    sender,
    is_json: isObject(interpretation.json),
    origin,
  };
  if (full) item.content = content;
  else item.preview = preview(content);
  if (interpretation.encoding === 'structured') {
    item.encoding = 'structured';
    item.message = interpretation.message;
  }
  return item;
}

/** The same among messages of several channels. */
export function toFoundMessage(message: StoredMessage, full: boolean): FoundMessage {
  return { ...toItem(message, full), channel: message.channel };
}

/** Whether JSON counts as such in a listing: a number or a text does not (3.4). */
export function isObject(json: unknown): boolean {
  return typeof json === 'object' && json !== null;
}
