import type { HistoryLost } from '../../../src-shared/api/messages.ts';
import type { Page } from '../../relay/page.ts';
import { entriesThatFit, type Entry, type EntryOptions } from './message-entry.ts';
import { pausedInWords } from './paused.ts';
import { shortId, toSeconds } from './rendering.ts';
import type { ToolAnswer } from './tool.ts';

export interface PageAnswerOptions extends EntryOptions {
  /** The cursors that were asked for. */
  since?: string | undefined;
  before?: string | undefined;
  /** The page of a wait; true when nothing came in time. */
  timedOut?: boolean;
}

/** A page as a tool answers it (5.4). Messages that do not fit are cut off, and do not count as read. */
export async function toPageAnswer(page: Page, options: PageAnswerOptions): Promise<ToolAnswer> {
  if (page.paused) return pausedAnswer(page, options);
  if (page.stale) return staleCursor(page, options);
  const { channel, consumer } = page;
  const { before, timedOut } = options;
  const entries = await thoseThatFit(page, options);
  const truncated = page.truncated || entries.length < page.messages.length;
  keepOnly(page, entries);

  const nextCursor = page.messages.at(-1)?.id ?? page.nextCursor;
  const previousCursor = page.messages[0]?.id ?? before ?? null;
  const title = heading(page, options);
  const parts = entries.map(({ text }) => text);
  if (page.lost) parts.unshift(whatWasLost(page.lost));
  if (truncated) parts.push(whereToGoOn({ before, nextCursor, previousCursor }));
  return {
    text: parts.length === 0 ? title : `${title}\n${parts.join('\n\n')}`,
    structured: {
      channel,
      messages: entries.map(({ record }) => record),
      next_cursor: nextCursor,
      previous_cursor: previousCursor,
      consumer_id: consumer ?? null,
      warning: null,
      ...(page.lost ? { history_lost: { ...page.lost } } : {}),
      truncated,
      ...(timedOut === undefined ? {} : { timed_out: timedOut }),
    },
    onWritten: () => page.delivered(),
  };
}

/** The oldest messages, or the newest when paging back, so that the next page goes on without a gap. */
async function thoseThatFit({ messages }: Page, { before, ...options }: PageAnswerOptions): Promise<Entry[]> {
  if (before === undefined) return entriesThatFit(messages, options);
  return (await entriesThatFit(messages.toReversed(), options)).reverse();
}

/** The page records as read what is in its list, so what is not handed out leaves it. */
function keepOnly({ messages }: Page, entries: readonly Entry[]): void {
  const first = messages.findIndex(({ seq }) => seq === entries[0]?.record.seq);
  messages.splice(first + entries.length);
  messages.splice(0, first);
}

function heading({ channel, messages }: Page, { since, before, timedOut }: PageAnswerOptions): string {
  const start = `[${channel}] — `;
  if (messages.length > 0) return `${start}${messages.length} message(s)`;
  if (timedOut === true)
    return `${start}no new messages before timeout. Call bridge_wait again to go on waiting.`;
  if (before !== undefined) return `${start}no messages before ${shortId(before)}`;
  return `${start}no messages${since === undefined ? '' : ` after ${shortId(since)}`}`;
}

function whereToGoOn({
  before,
  nextCursor,
  previousCursor,
}: {
  before: string | undefined;
  nextCursor: string | null;
  previousCursor: string | null;
}): string {
  return before === undefined
    ? `… more messages follow: call bridge_receive with since_id=${nextCursor ?? ''}`
    : `… older messages precede: call bridge_receive with before_id=${previousCursor ?? ''}`;
}

function whatWasLost({ removed, since }: HistoryLost): string {
  return `At most ${removed} message(s) were removed since ${toSeconds(since)}; you may have read some.`;
}

/** Said in words, since a model that only sees that there is nothing asks again and again. */
function pausedAnswer(page: Page, options: PageAnswerOptions): ToolAnswer {
  return {
    text: `[${page.channel}] — no messages: ${pausedInWords}`,
    structured: withoutMessages(page, options, 'paused'),
  };
}

/** Not an error: the channel was cleared or its messages expired, which happens to every reader (5.4). */
function staleCursor(page: Page, options: PageAnswerOptions): ToolAnswer {
  const { channel, nextCursor, lost } = page;
  const argument = options.before === undefined ? 'since_id' : 'before_id';
  const sentences = [
    `[${channel}] — ${argument} ${shortId(nextCursor ?? '')} not found (cursor stale).`,
    `Call bridge_receive without ${argument} to re-sync.`,
  ];
  if (lost) sentences.push(whatWasLost(lost));
  return { text: sentences.join(' '), structured: withoutMessages(page, options, 'since_id_not_found') };
}

function withoutMessages(
  { channel, nextCursor, consumer, lost }: Page,
  { timedOut }: PageAnswerOptions,
  warning: 'paused' | 'since_id_not_found',
): ToolAnswer['structured'] {
  return {
    channel,
    messages: [],
    next_cursor: nextCursor,
    previous_cursor: null,
    consumer_id: consumer ?? null,
    warning,
    ...(lost ? { history_lost: { ...lost } } : {}),
    truncated: false,
    ...(timedOut === undefined ? {} : { timed_out: timedOut }),
  };
}
