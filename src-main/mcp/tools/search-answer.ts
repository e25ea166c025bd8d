import type { FoundPage } from '../../relay/finding.ts';
import { entriesThatFit, type EntryOptions } from './message-entry.ts';
import type { ToolAnswer } from './tool.ts';

export interface SearchAnswerOptions extends EntryOptions {
  channel: string;
  query: string;
  consumer: string | undefined;
}

/** What was found in a channel as a tool answers it (5.4): newest first, and cut off where it does not fit. */
export async function toSearchAnswer(
  { messages, previousCursor, stale, behind }: FoundPage,
  { channel, query, consumer, ...options }: SearchAnswerOptions,
): Promise<ToolAnswer> {
  const entries = await entriesThatFit(messages, options);
  const truncated = entries.length < messages.length;
  const cursor = truncated ? (entries.at(-1)?.record.id ?? null) : previousCursor;
  const matches =
    entries.length === 0 ? 'no messages match' : `${entries.length} message(s) match, newest first`;
  const parts = [`[${channel}] — ${stale ? 'the cursor was not found (cursor stale)' : matches}`];
  parts.push(entries.map(({ text }) => text).join('\n\n'));
  if (cursor !== null) parts.push(`… older matches follow: call bridge_receive with before_id=${cursor}`);
  if (behind > 0)
    parts.push(`The newest ${behind} message(s) of the bridge are not searched yet. Ask again later.`);
  return {
    text: parts.filter((part) => part !== '').join('\n'),
    structured: {
      channel,
      query,
      messages: entries.map(({ record }) => record),
      next_cursor: null,
      previous_cursor: cursor,
      consumer_id: consumer ?? null,
      warning: stale ? 'since_id_not_found' : null,
      truncated,
      ...(behind > 0 ? { index_behind: behind } : {}),
    },
  };
}
