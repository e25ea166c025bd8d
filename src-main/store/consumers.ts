export interface LostHistory {
  /** Messages that were removed since, at most; the reader may have seen some of them. */
  removed: number;
  /** The time of the cursor. */
  since: string;
}

export interface CursorState {
  /** The newest message that was acked, or 0. */
  seq: number;
  /** What was removed behind the cursor, as far as the consumer was not told of it. */
  lost: LostHistory | undefined;
  /** What to record once the consumer was told, if there is something that it does not know. */
  removals: number | undefined;
}

export interface AckRequest {
  consumer: string;
  channel: string;
  messageId: string;
  /** Canonical JSON that is kept beside the cursor; without it what was kept stays. */
  metadata?: string | undefined;
}

export interface AckOutcome {
  consumer: string;
  channel: string;
  lastSeq: number;
  lastMessageId: string | null;
  updatedAt: string;
  /** The cursor moved; it stays when it already stood at or behind the message. */
  advanced: boolean;
}

export interface ReadRange {
  consumer: string;
  channel: string;
  firstSeq: number;
  lastSeq: number;
}

export interface ConsumerFilter {
  channel?: string | undefined;
  consumer?: string | undefined;
}

export interface Follower {
  consumer: string;
  lastSeen: string;
}

/** A consumer on a channel that it follows. */
export interface ConsumerState {
  consumer: string;
  channel: string;
  ackedSeq: number;
  ackedId: string | null;
  ackedAt: string | null;
  /** The newest message it has read or acked. */
  readSeq: number;
  lastSeen: string;
  /** Messages after that, but its own and those that are addressed to somebody else. */
  unread: number;
  /** There are more; counting stops at a bound. */
  unreadMore: boolean;
  oldestUnreadAt: string | null;
}

/** Where a consumer stands on a channel that it follows. */
export interface ConsumerPosition {
  consumer: string;
  channel: string;
  /** The newest message of the stretch at or before its cursor; null if there is none. */
  ackedId: string | null;
  ackedAt: string | null;
  /** The same for what it has read. */
  readId: string | null;
  lastSeen: string;
  /** Canonical JSON that is kept beside the cursor, if there is one. */
  metadata: string | null;
}

/** What is known of one consumer and one message. */
export interface ReceiptState {
  consumer: string;
  readAt: string | null;
  ackedAt: string | null;
}
