import type { AuditEvent } from '../../src-shared/api/audit.ts';
import type { Origin, StoredMessage } from '../../src-shared/message.ts';
import type { Change, ChangePage, Position, Removal } from './changes.ts';
import type {
  AckOutcome,
  AckRequest,
  ConsumerFilter,
  ConsumerPosition,
  ConsumerState,
  CursorState,
  Follower,
  LostHistory,
  ReadRange,
  ReceiptState,
} from './consumers.ts';
import type { MessageIndex } from './message-index.ts';

/**
 * The port behind which messages are kept. It is small and asynchronous so that another engine fits behind it; one
 * contract suite (test/contract) runs on every engine. All methods reject with a `BridgeError` of a `storage_*` code
 * when the engine cannot keep its promise.
 */
export interface MessageStore {
  /** What finds messages by their words and by what they answer. */
  readonly index: MessageIndex;

  /** Resolves once the message is as durable as the engine was asked to make it. */
  append(draft: MessageDraft): Promise<Appended>;

  /** The newest `limit` messages of a channel, oldest first. */
  latest(channel: string, limit: number): Promise<StoredMessage[]>;

  /** The oldest `limit` messages of a channel, or of all, after `seq`, oldest first. */
  after(channel: string | undefined, seq: number, limit: number): Promise<StoredMessage[]>;

  /** The oldest `limit` messages of a channel after the message or event with this id; undefined if it has none with it. */
  afterId(channel: string, id: string, limit: number): Promise<StoredMessage[] | undefined>;

  /** The newest `limit` messages of a channel before `seq`, oldest first. */
  before(channel: string, seq: number, limit: number): Promise<StoredMessage[]>;

  find(id: string): Promise<StoredMessage | undefined>;

  /** Where the message or event with this id stands, if it still exists and belongs to this channel, or to any. */
  locate(channel: string | undefined, id: string): Promise<Position | undefined>;

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

  /** How much a channel has lost since the message with this id was sent; undefined if that cannot be told. */
  lostSince(channel: string, id: string): Promise<LostHistory | undefined>;

  /** Where a consumer goes on reading; undefined if it has never read or acked there. */
  cursor(consumer: string, channel: string): Promise<CursorState | undefined>;

  /** Moves a cursor forward. Rejects with `not_found` when the message is not in this channel. */
  acknowledge(request: AckRequest): Promise<AckOutcome>;

  /** Records that messages were handed out completely to a consumer, as far as that is not recorded yet. */
  recordRead(range: ReadRange): Promise<void>;

  /** Records that a consumer was told what its channel has lost: up to so many removals in all, or all of them. */
  recordTold(told: { consumer: string; channel: string; removals?: number | undefined }): Promise<void>;

  /** The consumers that have read or acked by name, with what they have not read yet. */
  consumers(filter?: ConsumerFilter): Promise<ConsumerState[]>;

  /** The channel of each of them that has an unread message from before a moment (a timestamp). */
  stuckOn(before: string): Promise<string[]>;

  /** Those who follow a channel, at most `limit`, last heard from first. */
  followers(channel: string, limit: number): Promise<Follower[]>;

  /** Puts a cursor somewhere else, also back. Resolves with whether there is such a consumer. */
  resetConsumer(target: { consumer: string; channel: string; toSeq: number }): Promise<boolean>;

  /** Forgets a consumer on a channel. Resolves with whether there was one. */
  deleteConsumer(target: { consumer: string; channel: string }): Promise<boolean>;

  /** Who has read and acked a message. */
  receipts(message: StoredMessage): Promise<ReceiptState[]>;

  /** The pause under way, if there is one: for every process on these data, and kept until it is ended. */
  pause(): Promise<Pause | undefined>;

  /**
   * Begins or ends a pause and records a `paused` or `resumed` event that concerns all channels. Resolves with whether
   * that changed anything.
   */
  setPaused(paused: boolean): Promise<boolean>;

  appendAudit(entry: AuditDraft): Promise<void>;

  /** Audit rows, newest first. */
  audit(query: AuditQuery): Promise<AuditEvent[]>;

  /**
   * The same of certain channels, whether or not they are still there. A call goes through a bounded number of rows, so it may
   * bring fewer than were asked for, or none, and say where the next one goes on.
   */
  auditOfChannels(query: AuditOfChannelsQuery): Promise<AuditPage>;

  /**
   * How many messages are older than a moment (a timestamp), counted up to `limit`. Those of a clear that are still on
   * their way out may count.
   */
  countBefore(before: string, limit: number): Promise<number>;

  /** Removes events and audit rows older than the given timestamps (exclusive). */
  sweep(before: { events: string; audit?: string }): Promise<void>;

  /**
   * Adds messages that were stored elsewhere, as they are and in this order, behind those that are there. One whose id
   * is there already is left out. Resolves with the number added, when they are as durable as sent ones; watchers and
   * readers see them like those.
   */
  restore(messages: readonly RestoredMessage[]): Promise<number>;

  /** Where consumers stand, in terms that mean something elsewhere, too: by the messages of a stretch of the log. */
  positions(stretch: { afterSeq: number; upToSeq: number }): Promise<ConsumerPosition[]>;

  /**
   * Puts a consumer where it stood elsewhere. One that is further already stays. Resolves with whether this changed
   * anything; rejects with `not_found` when a message is not in the channel.
   */
  restorePosition(position: ConsumerPosition): Promise<boolean>;

  /**
   * Copies everything as it is at this moment into a file of its own, while all else goes on. The file appears under
   * its name when it is complete, checked and on disk; only its owner can read it. Resolves with its size in bytes.
   * Rejects with `conflict` where there is a file already, unless it may be replaced, and with the signal's reason when
   * that is aborted.
   */
  backup(file: string, options?: BackupOptions): Promise<number>;

  /** What it takes up on disk. */
  size(): Promise<StoreSize>;

  /** Touches the store: resolves if it can be read and written. */
  ping(): Promise<void>;

  /** Finishes what is under way and leaves the file complete in itself. */
  close(): Promise<void>;
}

/** In bytes. */
export interface StoreSize {
  bytes: number;
  /** What was written and has not been merged yet, as far as that lies apart. */
  logBytes: number;
}

export interface BackupOptions {
  /** Replace a file that is there. */
  replace?: boolean;
  signal?: AbortSignal | undefined;
  /** Told of the bytes that were copied, of how many; when they are equal the copy is being checked. */
  onProgress?: ((progress: { copied: number; total: number }) => void) | undefined;
}

export interface MessageDraft {
  channel: string;
  sender: string;
  content: string;
  /** Who sends it, if that is to be known. */
  origin?: Origin | undefined;
  /**
   * Makes the send repeatable: the same key of the same sender on the same channel is stored once. `append` rejects
   * with `conflict` when the key was used for another payload, with `in_progress` while another program holds it.
   */
  idempotency?: IdempotencyKey | undefined;
}

export interface IdempotencyKey {
  key: string;
  /** SHA-256 of the payload, 64 hexadecimal digits. */
  digest: string;
  /** Digests under which other programs may have recorded the same payload. */
  alsoDigests: readonly string[];
}

export interface Appended {
  /** The stored message; for a repeated send the one that was stored first. */
  message: StoredMessage;
  /** The key had been used for this payload before: nothing was stored. */
  deduplicated: boolean;
  /** The channel held no message before this one. */
  opensChannel: boolean;
}

/** While it lasts, messages are stored and none is to be handed out. */
export interface Pause {
  since: string;
  /** The newest message of before. */
  afterSeq: number;
}

/** A message as another store has it; its place here is a new one. */
export type RestoredMessage = Omit<StoredMessage, 'seq'>;

export interface ChannelSummary {
  channel: string;
  count: number;
  lastSeq: number;
  lastTimestamp: string;
  /** Another one as soon as the channel has lost messages, so that readers can tell one history from the next. */
  epoch: number;
  /** Distinct, in binary order. */
  senders: string[];
}

export interface Totals {
  channels: number;
  messages: number;
}

export interface ClearOutcome {
  cleared: number;
  event: Removal;
}

export interface AuditQuery {
  limit: number;
  /** Only rows before this one, for paging. */
  beforeId?: number | undefined;
  /** Only rows of this kind. */
  event?: string | undefined;
}

export interface AuditOfChannelsQuery extends AuditQuery {
  /** Whether rows about this channel are wanted. Those about no channel never are. */
  mayRead: (channel: string) => boolean;
}

export interface AuditPage {
  events: AuditEvent[];
  /** `beforeId` of the next call; undefined when there is nothing left. It is lower than that of this one. */
  nextBeforeId: number | undefined;
}

export interface AuditDraft {
  event: string;
  channel?: string | undefined;
  detail?: string | undefined;
  ip?: string | undefined;
  /** The label of the credential; absent for who had none that counts, and for what nobody asked for. */
  by?: string | undefined;
}
