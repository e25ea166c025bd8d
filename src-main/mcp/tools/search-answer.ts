import type { FoundPage } from '../../relay/finding.ts';
import { entriesThatFit, type EntryOptions } from './message-entry.ts';
import { pausedInWords } from './paused.ts';
import type { ToolAnswer } from './tool.ts';

export interface SearchAnswerOptions extends EntryOptions {
  channel: string;
  query: string;
  consumer: string | undefined;
}

/** What was found in a channel as a tool answers it (5.4): newest first, and cut off where it does not fit. */
export async function toSearchAnswer(
  { messages, previousCursor, stale, paused, behind }: FoundPage,
  { channel, query, consumer, ...options }: SearchAnswerOptions,
): Promise<ToolAnswer> {
  const entries = await entriesThatFit(messages, options);
  const truncated = entries.length < messages.length;
  const cursor = truncated ? (entries.at(-1)?.record.id ?? null) : previousCursor;
  const parts = [`[${channel}] — ${heading({ stale, paused, found: entries.length })}`];
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
      warning: paused ? 'paused' : stale ? 'since_id_not_found' : null,
      truncated,
      ...(behind > 0 ? { index_behind: behind } : {}),
    },
  };
}

function heading({ stale, paused, found }: { stale: boolean; paused: boolean; found: number }): string {
  if (paused) return `nothing is searched: ${pausedInWords}`;
  if (stale) return 'the cursor was not found (cursor stale)';
  return found === 0 ? 'no messages match' : `${found} message(s) match, newest first`;
}
