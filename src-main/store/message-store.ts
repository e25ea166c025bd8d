import type { AuditEvent } from '../../src-shared/api.ts';
import type { StoredMessage } from '../../src-shared/message.ts';

/**
 * The port behind which messages are kept. It is small and asynchronous so that another engine fits behind it; one
 * contract suite (test/contract) runs on every engine. All methods reject with a `BridgeError` of a `storage_*` code
 * when the engine cannot keep its promise.
 */
export interface MessageStore {
  /** Resolves once the message is as durable as the engine was asked to make it. */
  append(draft: MessageDraft): Promise<Appended>;

  /** The newest `limit` messages of a channel, oldest first. */
  latest(channel: string, limit: number): Promise<StoredMessage[]>;

  /** The oldest `limit` messages of a channel after `seq`, oldest first. */
  after(channel: string, seq: number, limit: number): Promise<StoredMessage[]>;

  find(id: string): Promise<StoredMessage | undefined>;

  /** Where the message or event with this id stands, if it belongs to this channel and still exists. */
  locate(channel: string, id: string): Promise<Position | undefined>;

  /** The channels that hold messages, in binary order of their names. */
  channels(): Promise<ChannelSummary[]>;

  totals(): Promise<Totals>;

  /**
   * Removes what a channel holds at this moment and records a `clear` event, also for nothing. From the moment it
   * resolves no reader sees the removed messages; their space is given back in the background.
   */
  clear(channel: string): Promise<ClearOutcome>;

  /**
   * Removes messages older than `before` (exclusive, a timestamp) in small steps and records a `trimmed` event for
   * each channel that lost some. Resolves with the number removed.
   */
  trim(before: string, signal?: AbortSignal): Promise<number>;

  /** Committed changes after `since`, in commit order: of one channel, or of all. */
  changes(since: Position, options: { channel?: string; limit: number }): Promise<ChangePage>;

  /** The position of the newest committed change. */
  head(): Position;

  /**
   * Calls `listener` with every change committed from now on, by this process or another, exactly once and in commit
   * order. Returns the function that ends it.
   */
  watch(listener: (changes: readonly Change[]) => void): () => void;

  appendAudit(entry: AuditDraft): Promise<void>;

  /** Audit rows, newest first. */
  audit(limit: number): Promise<AuditEvent[]>;

  /** Removes events and audit rows older than the given timestamps (exclusive). */
  sweep(before: { events: string; audit?: string }): Promise<void>;

  /** Touches the store: resolves if it can be read and written. */
  ping(): Promise<void>;

  /** Finishes what is under way and leaves the file complete in itself. */
  close(): Promise<void>;
}

export interface MessageDraft {
  channel: string;
  sender: string;
  content: string;
}

export interface Appended {
  message: StoredMessage;
  /** The channel held no message before this one. */
  opensChannel: boolean;
}

/**
 * A point in the log: everything up to message `seq` and up to event number `event` lies before it. Events have their
 * own numbers because `seq` counts messages only.
 */
export interface Position {
  seq: number;
  event: number;
}

/** What happened to a channel besides a message. */
export interface ChannelEvent {
  /** Time-ordered and accepted as a cursor wherever a message id is. */
  id: string;
  channel: string;
  type: 'clear' | 'trimmed';
  /** Messages removed. */
  removed: number;
  timestamp: string;
}

export type Change =
  | { kind: 'message'; position: Position; message: StoredMessage }
  | { kind: 'event'; position: Position; event: ChannelEvent };

export interface ChangePage {
  changes: Change[];
  /** Everything asked for up to here is in this page or before it. */
  position: Position;
  /** More lies behind `position`. */
  more: boolean;
}

export interface ChannelSummary {
  channel: string;
  count: number;
  lastSeq: number;
  lastTimestamp: string;
  /** Distinct, in binary order. */
  senders: string[];
}

export interface Totals {
  channels: number;
  messages: number;
}

export interface ClearOutcome {
  cleared: number;
  event: ChannelEvent;
}

export interface AuditDraft {
  event: string;
  channel?: string | undefined;
  detail?: string | undefined;
  ip?: string | undefined;
}
