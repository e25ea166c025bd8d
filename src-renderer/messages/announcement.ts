import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { describe } from '../../src-shared/messages/describe.ts';
import { toFeedMessage } from '../../src-shared/messages/feed-message.ts';
import { visibleName } from '../../src-shared/visible-text.ts';

type Arrival = Extract<StreamEvent, { type: 'message' }>['message'];

/** Characters of a message that are read out. */
const announcedLength = 120;

/** What a screen reader is told of a message that arrives: `mac-worker, result, 119 passed`. */
export function announcementOf(message: Arrival): string {
  const { type, text } = describe(toFeedMessage(message, message.channel));
  const words = text.slice(0, announcedLength);
  return [visibleName(message.sender), type, words]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}
