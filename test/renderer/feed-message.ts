import type { FeedMessage } from '../../src-shared/messages/feed-message.ts';
import { toFeedMessage } from '../../src-shared/messages/feed-message.ts';

let seq = 0;

/** A message as the page keeps it; `content` that is no text is an envelope. */
export function feedMessage(
  content: unknown,
  { sender = 'atlas', at = '2026-03-01T10:00:00.000000Z', id = `m${seq + 1}` } = {},
): FeedMessage {
  const text =
    typeof content === 'string' ? content : JSON.stringify({ schema_version: 1, ...(content as object) });
  return toFeedMessage(
    {
      seq: ++seq,
      id,
      channel: 'demo:one',
      sender,
      content: text,
      timestamp: at,
      is_json: false,
      preview: '',
      origin: null,
    },
    'demo:one',
  );
}
