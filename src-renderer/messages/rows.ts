import { envelopeOf, type FeedMessage } from '../../src-shared/messages/feed-message.ts';
import type { FeedEvent } from '../state/feed.svelte.ts';
import { describe } from '../../src-shared/messages/describe.ts';

export interface MessageRow {
  readonly kind: 'message';
  /** Id of its first message: stays when a newer progress takes its place. */
  readonly key: string;
  readonly message: FeedMessage;
  /** Earlier messages of the same progress, which this one replaces. */
  readonly updates: readonly FeedMessage[];
  /** Set on the first row of a day: a time of that day. */
  readonly day: number | undefined;
  /** Whether the line of what is new goes before it. */
  readonly fresh: boolean;
  /** Whether it has a tile and names its sender; a row that goes on saying has none. */
  readonly head: boolean;
  /** Which neighbours belong to the same conversation. */
  readonly rail: { readonly above: boolean; readonly below: boolean };
  readonly thread: string;
  /** Messages of this conversation that are folded away under it. */
  readonly hidden: number;
  /** Whether there is anything to fold: it begins a conversation that goes on below. */
  readonly foldable: boolean;
  /** Whether the message it answers is named; not when the row above answers the same. */
  readonly namesReply: boolean;
}

export interface EventRow {
  readonly kind: 'event';
  readonly key: string;
  readonly event: FeedEvent;
  readonly day: number | undefined;
}

export type Row = MessageRow | EventRow;

export interface RowOptions {
  /** The conversation of a message. */
  threadOf: (message: FeedMessage) => string;
  /** Conversations whose later messages are hidden. */
  folded: ReadonlySet<string>;
  /** Time of the last message that had been seen when the channel was opened; what is later is new. */
  seenAt: string | undefined;
  /** Senders whose messages are no news. */
  own: (message: FeedMessage) => boolean;
}

/** Someone who goes on within this time, in ms, is not named again. */
const pauseMs = 5 * 60_000;

interface Draft {
  messages: FeedMessage[];
  thread: string;
  hidden: number;
}

/** The rows of a feed: messages and events in order, with what stands between them. */
export function toRows(
  messages: readonly FeedMessage[],
  events: readonly FeedEvent[],
  { threadOf, folded, seenAt, own }: RowOptions,
): Row[] {
  const drafts = toDrafts(messages, threadOf, folded);
  const sizes = sizesOf(drafts);
  const rows: Row[] = [];
  let waiting = 0;
  let lineDrawn = seenAt === undefined;
  let lastDay: string | undefined;

  const dayOf = (at: number): number | undefined => {
    if (!Number.isFinite(at)) return undefined;
    const day = new Date(at).toDateString();
    if (day === lastDay) return undefined;
    lastDay = day;
    return at;
  };
  const addEvents = (before: number) => {
    for (let event = events[waiting]; event && event.at <= before; event = events[++waiting]) {
      rows.push({ kind: 'event', key: event.id, event, day: dayOf(event.at) });
    }
  };

  for (const [index, { messages: run, thread, hidden }] of drafts.entries()) {
    const first = run[0];
    const message = run.at(-1);
    if (!first || !message) continue;
    addEvents(first.at);
    const above = rows.at(-1);
    const day = dayOf(first.at);
    const fresh: boolean = !lineDrawn && seenAt !== undefined && first.timestamp > seenAt && !own(first);
    lineDrawn ||= fresh;
    const before = above?.kind === 'message' && day === undefined && !fresh ? above : undefined;
    const sameThread = above?.kind === 'message' && above.thread === thread;
    const reply = envelopeOf(message)?.reply_to;
    const head = !before || !continues(before.message, message);
    rows.push({
      kind: 'message',
      key: first.id,
      message,
      updates: run.slice(0, -1),
      day,
      fresh,
      head,
      rail: { above: sameThread, below: drafts[index + 1]?.thread === thread },
      thread,
      hidden,
      foldable: hidden > 0 || (!sameThread && (sizes.get(thread) ?? 0) > 2),
      namesReply: reply !== undefined && !(sameThread && envelopeOf(above.message)?.reply_to === reply),
    });
  }
  addEvents(Infinity);
  return rows;
}

export function isMessage(row: Row | undefined): row is MessageRow {
  return row?.kind === 'message';
}

/** The index of the row that shows a message, be it as an update of another one; -1 if none does. */
export function rowOf(rows: readonly Row[], id: string): number {
  return rows.findIndex(
    (row) => isMessage(row) && (row.message.id === id || row.updates.some((update) => update.id === id)),
  );
}

/** Messages that share a row: one each, but progress that follows progress of the same work, and what is folded. */
function toDrafts(
  messages: readonly FeedMessage[],
  threadOf: RowOptions['threadOf'],
  folded: RowOptions['folded'],
): Draft[] {
  const drafts: Draft[] = [];
  const roots = new Map<string, Draft>();
  for (const message of messages) {
    const thread = threadOf(message);
    const root = roots.get(thread);
    if (root && folded.has(thread)) {
      root.hidden++;
      continue;
    }
    const last = drafts.at(-1);
    if (last?.thread === thread && isMoreProgress(last.messages.at(-1), message)) {
      last.messages.push(message);
      continue;
    }
    const draft = { messages: [message], thread, hidden: 0 };
    drafts.push(draft);
    if (!root) roots.set(thread, draft);
  }
  return drafts;
}

function sizesOf(drafts: readonly Draft[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { thread, hidden } of drafts) sizes.set(thread, (sizes.get(thread) ?? 0) + 1 + hidden);
  return sizes;
}

function isMoreProgress(before: FeedMessage | undefined, message: FeedMessage): boolean {
  return (
    before?.sender === message.sender &&
    describe(before).type === 'progress' &&
    describe(message).type === 'progress'
  );
}

function continues(before: FeedMessage, message: FeedMessage): boolean {
  if (before.sender !== message.sender || before.origin?.label !== message.origin?.label) return false;
  return message.at - before.at < pauseMs;
}
