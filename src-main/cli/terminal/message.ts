import type { MessageItem } from '../../../src-shared/api/messages.ts';
import { parseJsonContent } from '../../../src-shared/message.ts';
import { toRecord, type MessageRecord } from '../../../src-shared/message-record.ts';
import { shorten } from '../../../src-shared/text.ts';
import type { Screen } from './screen.ts';
import { senderColour } from './sender-colour.ts';

/**
 * A message of a listing as a record, the one shape in which commands print messages (wire specification 3.9).
 * @param item as it comes with `full`
 */
export function recordOf(channel: string, item: MessageItem): MessageRecord {
  const { seq, id, ts_full: timestamp, sender, content = '', origin } = item;
  return toRecord({ seq, id, channel, sender, content, timestamp, origin });
}

export interface MessageView {
  /** Say in which channel it is. */
  channel: boolean;
  /** Code points of the content that are shown; all by default. */
  longest?: number;
}

/** Prints a message: a line about it, then its content. */
export function printMessage(record: MessageRecord, screen: Screen, view: MessageView): void {
  if (screen.json) screen.record(record);
  else screen.print(`${heading(record, screen, view)}\n${screen.paragraph(bodyOf(record, view))}`);
}

function heading(
  { id, channel, sender, timestamp, origin, message }: MessageRecord,
  screen: Screen,
  view: MessageView,
): string {
  const { type, recipient, reply_to, thread_id } = message ?? {};
  // A sender's name is a claim; this is the access by which it came.
  const by = origin ? screen.style('dim', ` (${screen.name(origin.label)})`) : '';
  const to = recipient === undefined ? '' : ` → ${screen.name(recipient)}`;
  const parts = [
    screen.style('dim', screen.time(timestamp)),
    screen.style(['bold', senderColour(sender)], screen.name(sender)) + by + to,
    type === undefined ? '' : screen.style('underline', screen.name(type)),
    view.channel ? `[${screen.name(channel)}]` : '',
    thread_id === undefined ? '' : `thread ${screen.name(thread_id)}`,
    reply_to === undefined ? '' : `in reply to ${screen.name(reply_to)}`,
    screen.style('dim', screen.name(id)),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** The content for people: that of an envelope without what stands in the line above it, JSON with line breaks. */
function bodyOf({ content, message }: MessageRecord, { longest = Infinity }: MessageView): string {
  const value = message ? message.content : (parseJsonContent(content) ?? content);
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return shorten(text, longest);
}
