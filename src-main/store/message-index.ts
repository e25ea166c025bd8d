import type { StoredMessage } from '../../src-shared/message.ts';

/**
 * The port behind which messages are found by what they say and by what they answer. It covers every committed
 * message: each method first catches up with the store. All reject with a `BridgeError` of a `storage_*` code when
 * the engine cannot keep its promise.
 */
export interface MessageIndex {
  /**
   * Messages that match, newest first.
   * @throws BridgeError `invalid_value`, `too_long` or `too_many` with the field `query`
   */
  search(request: SearchRequest): Promise<SearchPage>;

  /** The newest `limit` messages of a thread, oldest first. */
  thread(request: ThreadRequest): Promise<ThreadPage>;

  /** Open questions, oldest first. */
  openQuestions(request: OpenQuestionsRequest): Promise<StoredMessage[]>;

  /** How many questions are open, for each channel that has some. */
  openCounts(): Promise<Map<string, OpenCount>>;

  /** What is known about those of these messages that are structured, or JSON objects with a type. */
  facts(seqs: readonly number[]): Promise<Map<number, MessageFacts>>;
}

export interface SearchRequest {
  /**
   * Words, all of which must occur in the content, sender, thread or type; case and accents do not count. "Several
   * words" in quotation marks must occur in this order, and a word may end in `*` for any ending. All other
   * characters only separate words. It may be left out if another condition is given.
   */
  query?: string | undefined;
  channel?: string | undefined;
  sender?: string | undefined;
  /** Exactly this type of a structured message or of a JSON object. */
  type?: string | undefined;
  /** Only messages before this one, for paging. */
  beforeSeq?: number | undefined;
  limit: number;
}

export interface SearchPage {
  hits: StoredMessage[];
  /** `beforeSeq` of the next page, or null if this is the last one. */
  nextBefore: number | null;
}

export interface ThreadRequest {
  /** A `thread_id` or `correlation_id`, or the id of the message that everything in the thread answers. */
  key: string;
  channel?: string | undefined;
  beforeSeq?: number | undefined;
  limit: number;
}

export interface ThreadPage {
  messages: StoredMessage[];
  /** `beforeSeq` of the page before this one, or null if there is none. */
  nextBefore: number | null;
}

export interface OpenQuestionsRequest {
  channel?: string | undefined;
  limit: number;
}

export interface OpenCount {
  count: number;
  /** Timestamp of the question that has been open for the longest time. */
  oldestAt: string;
}

export interface MessageFacts {
  type: string;
  /** Its `thread_id`, else its `correlation_id`, else the thread of what it replies to, else its own id. */
  thread: string;
  replyTo: string | null;
  recipient: string | null;
  /** It is a task or question, and nothing in its thread has settled it yet. */
  open: boolean;
}
