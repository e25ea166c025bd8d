import type { StoredMessage } from '../../src-shared/message.ts';

/**
 * The port behind which messages are found by what they say and by what they answer. The index follows the store: each
 * method first catches up with what is committed, as far as that goes in a moment, and says how many messages it is
 * still behind. All reject with a `BridgeError` of a `storage_*` code when the engine cannot keep its promise.
 */
export interface MessageIndex {
  /**
   * Messages that match, newest first.
   * @throws BridgeError `invalid_value`, `too_long` or `too_many` with the field `query`
   */
  search(request: SearchRequest): Promise<SearchPage>;

  /** The newest `limit` messages of a thread, oldest first. */
  thread(request: ThreadRequest): Promise<ThreadPage>;

  /** Tasks and questions of a channel that nothing has settled yet, oldest first. */
  openQuestions(request: OpenQuestionsRequest): Promise<OpenQuestionsPage>;

  /** How many questions are open, for each channel that has some. */
  openCounts(): Promise<OpenCounts>;
}

/** What was asked of an index that may be behind. */
interface Indexed {
  /** The newest messages, at most so many, that the index does not know yet. */
  behind: number;
}

export interface SearchRequest {
  /**
   * Words, all of which must occur in the content, sender, thread or type; case and accents do not count. "Several
   * words" in quotation marks must occur in this order, and a word may end in `*` for any ending. All other
   * characters only separate words. It may be left out; without any condition but channels beyond a hundred, nothing is found.
   */
  query?: string | undefined;
  /** Only messages of these channels. */
  channels?: readonly string[] | undefined;
  sender?: string | undefined;
  /** Exactly this type of a structured message or of a JSON object. */
  type?: string | undefined;
  /** Only messages after this one. */
  afterSeq?: number | undefined;
  /** Only messages before this one, for paging. */
  beforeSeq?: number | undefined;
  limit: number;
}

export interface SearchPage extends Indexed {
  hits: StoredMessage[];
  /** `beforeSeq` of the next page, or null if this is the last one. */
  nextBefore: number | null;
}

export interface ThreadRequest {
  /** Id of any message of the thread, else a `thread_id` or `correlation_id`. */
  id: string;
  /** Only its messages of this channel. */
  channel?: string | undefined;
  /** Which channels the one who asks knows of at all. */
  mayRead: (channel: string) => boolean;
  beforeSeq?: number | undefined;
  limit: number;
}

export interface ThreadPage extends Indexed {
  /**
   * What its messages have in common: their `thread_id`, else their `correlation_id`, else the id of the message that
   * all of them answer.
   */
  thread: string;
  messages: StoredMessage[];
  /** `beforeSeq` of the page before this one, or null if there is none. */
  nextBefore: number | null;
  /** It holds a task or question that nothing has settled yet. */
  open: boolean;
}

export interface OpenQuestionsRequest {
  channel: string;
  /** The oldest after this message; without it, the newest. */
  afterSeq?: number | undefined;
  /** The newest before this message. */
  beforeSeq?: number | undefined;
  limit: number;
}

export interface OpenQuestionsPage extends Indexed {
  messages: StoredMessage[];
}

export interface OpenCounts extends Indexed {
  channels: Map<string, OpenCount>;
}

export interface OpenCount {
  count: number;
  /** Timestamp of the question that has been open for the longest time. */
  oldestAt: string;
}
