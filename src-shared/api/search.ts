import * as z from 'zod';
import { messageId } from '../channel.ts';
import { condition, cursor } from './fields.ts';
import type { IndexBehind, MessageItem } from './messages.ts';

/** The query of `GET /api/search`. What is wrong with `q` itself is said of `query`. */
export const searchQuery = z.object({
  q: condition,
  channel: condition,
  sender: condition,
  type: condition,
  since_id: cursor,
  before_id: cursor,
});

/** The query of `GET /api/threads`: the id of any message of a thread, or its name. */
export const threadQuery = z.object({ id: messageId, channel: condition, before_id: cursor });

/** A message that was found, in whichever channel. */
export interface FoundMessage extends MessageItem {
  channel: string;
}

/** `GET /api/search` (6.9). */
export interface SearchResponse {
  /** What was asked for; null if only other conditions were. */
  query: string | null;
  /** Newest first. */
  results: FoundMessage[];
  /** `before_id` of the next page, or null if this is the last one. */
  next_before: string | null;
  warning?: 'since_id_not_found' | 'paused';
  index_behind?: IndexBehind;
}

/** `GET /api/threads` (6.9). */
export interface ThreadResponse {
  /** The name that its messages share, or the id of the message that all of them answer. */
  thread: string;
  /** Oldest first. */
  messages: FoundMessage[];
  /** A task or question in it waits for its answer. */
  open: boolean;
  /** `before_id` of the page before this one, or null if there is none. */
  previous_cursor: string | null;
  warning?: 'since_id_not_found' | 'paused';
  index_behind?: IndexBehind;
}

/** `GET /api/search`, as clients write it: words, or another condition, or both. */
export interface SearchQuery {
  q?: string | undefined;
  channel?: string | undefined;
  sender?: string | undefined;
  type?: string | undefined;
  since_id?: string | undefined;
  before_id?: string | undefined;
  limit?: number | undefined;
  full?: boolean | undefined;
}

/** `GET /api/threads`, as clients write it. */
export interface ThreadQuery {
  id: string;
  channel?: string | undefined;
  before_id?: string | undefined;
  limit?: number | undefined;
  full?: boolean | undefined;
}
