import { stat } from 'node:fs/promises';
import type { Database } from 'better-sqlite3';
import type { AuditEvent } from '../../../src-shared/api/audit.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import type { Change, ChangePage, Position } from '../changes.ts';
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
} from '../consumers.ts';
import type {
  Appended,
  AuditDraft,
  AuditOfChannelsQuery,
  AuditPage,
  AuditQuery,
  BackupOptions,
  ChannelSummary,
  ClearOutcome,
  MessageDraft,
  MessageStore,
  Pause,
  RestoredMessage,
  StoreSize,
  Totals,
} from '../message-store.ts';
import { RestoreMessages, RestorePosition } from './archive-writes.ts';
import { auditOfChannels } from './audit-search.ts';
import { Backups } from './backups.ts';
import { ChangeLog } from './change-log.ts';
import { ChannelPages } from './channel-pages.ts';
import { readChannels } from './channel-summaries.ts';
import { ChangePublisher } from './change-publisher.ts';
import { ChangeWatcher } from './change-watcher.ts';
import { Checkpointer } from './checkpointer.ts';
import { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { consumerPosition, consumerState, oldestUnread } from './consumer-states.ts';
import { cursorState } from './cursor-state.ts';
import { DataVersion } from './data-version.ts';
import {
  prepareDeliveryStatements,
  type DeliveryStatements,
  type FollowerRow,
} from './delivery-statements.ts';
import { Acknowledge, DeleteConsumer, RecordRead, RecordTold, ResetConsumer } from './delivery-writes.ts';
import { Housekeeping } from './housekeeping.ts';
import { SqliteIndex } from './index/sqlite-index.ts';
import { shuttingDown, toOpenError } from './failure.ts';
import { type Durability, openDatabase } from './open.ts';
import { OpenChannels } from './open-channels.ts';
import { Origins } from './origins.ts';
import { readPause, SetPaused } from './pausing.ts';
import { Reader } from './reading.ts';
import { lostHistory } from './lost-history.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { SqliteTokens } from './tokens/sqlite-tokens.ts';
import type { Outcome, WriteContext } from './outcome.ts';
import { AppendAudit, AppendMessage, ClearChannel } from './writes.ts';

export interface SqliteStoreOptions {
  /** The database file; made if it is missing. */
  path: string;
  durability: Durability;
  /** How often to look for writes of other processes besides watching the folder, in ms. */
  pollMs?: () => number;
  /** Told when background work failed; the work is tried again. */
  onError?: (error: unknown) => void;
  /** Told of every commit: how many writes it held and how long it took, in ms. Must be cheap. */
  onCommit?: ((writes: number, ms: number) => void) | undefined;
}

/** How long closing may take to remove what was cleared, in ms. */
const finishMs = 800;

/** Messages in a SQLite file that both Python versions can open too (wire specification 2). */
export class SqliteStore implements MessageStore {
  readonly path: string;
  /** What the owner should know about the file, in sentences. */
  readonly warnings: readonly string[];
  readonly index: SqliteIndex;
  readonly tokens: SqliteTokens;
  readonly #db: Database;
  /** Runs a query whose statements are to speak of the same moment. */
  readonly #snapshot: <T>(query: () => T) => T;
  readonly #sql: Statements;
  readonly #delivery: DeliveryStatements;
  readonly #queue: CommitQueue;
  readonly #context: WriteContext;
  readonly #pages: ChannelPages;
  readonly #log: ChangeLog;
  readonly #publisher: ChangePublisher;
  readonly #watcher: ChangeWatcher;
  readonly #checkpointer: Checkpointer;
  readonly #housekeeping: Housekeeping;
  readonly #reader = new Reader();
  readonly #onError: (error: unknown) => void;
  readonly #backups: Backups;
  #closing: Promise<void> | undefined;

  /** @throws BridgeError `storage_*` with a sentence that names the file and what is wrong with it */
  constructor({
    path,
    durability,
    pollMs = () => 250,
    onError = () => undefined,
    onCommit,
  }: SqliteStoreOptions) {
    const { db, path: fullPath, warnings } = openDatabase(path, durability);
    this.path = fullPath;
    this.#backups = new Backups(fullPath);
    this.#onError = onError;
    this.warnings = warnings;
    this.#db = db;
    this.#snapshot = db.transaction((query: () => unknown) => query()) as <T>(query: () => T) => T;
    try {
      const origins = new Origins(db);
      this.#sql = prepareStatements(db, origins);
      this.#delivery = prepareDeliveryStatements(db);
      this.#pages = new ChannelPages(this.#sql);
      this.#log = new ChangeLog(db, this.#sql);
      this.#publisher = new ChangePublisher(this.#log, onError);
      this.#checkpointer = new Checkpointer(db, { onError });

      const clock = new Clock();
      const foreign = new DataVersion(db);
      const openChannels = new OpenChannels(this.#sql);
      let written: Change[] = [];
      this.#context = {
        sql: this.#sql,
        delivery: this.#delivery,
        origins,
        clock,
        openChannels,
        record: (change) => written.push(change),
      };
      this.#queue = new CommitQueue(db, {
        begun: () => {
          written = [];
          const othersWrote = foreign.changed();
          if (othersWrote || this.#publisher.behind) this.#publisher.compare();
          if (!othersWrote) return;
          clock.advancePast(this.#sql.newestTimestamp.get() ?? '');
          openChannels.forget();
        },
        committed: (writes, ms) => {
          onCommit?.(writes, ms);
          this.#publisher.committed(written);
          this.#checkpointer.committed();
          this.#watcher.committed();
        },
        undone: () => {
          origins.forget();
          openChannels.forget();
          foreign.forget();
        },
      });
      const push = <T>(write: Outcome<T>) => this.#push(write);
      this.#housekeeping = new Housekeeping({
        ...{ sql: this.#sql, context: this.#context, push, onError },
        expectMuch: () => this.#checkpointer.expectMuch(),
      });
      this.#housekeeping.resume();
      this.index = new SqliteIndex({ db, origins, push, onError });
      this.#publisher.watch(() => this.index.committed());
      this.tokens = new SqliteTokens({ db, reader: this.#reader, push, onError });
    } catch (error) {
      db.close();
      throw toOpenError(fullPath, error);
    }
    const look = () => {
      this.#publisher.look();
      this.tokens.look();
    };
    this.#watcher = new ChangeWatcher({ path: fullPath, look, pollMs });
    this.#watcher.start();
  }

  append(draft: MessageDraft): Promise<Appended> {
    return this.#push(new AppendMessage(this.#context, draft));
  }

  async clear(channel: string): Promise<ClearOutcome> {
    const { cleared, event, floor } = await this.#push(new ClearChannel(this.#context, channel));
    if (floor !== undefined) this.#housekeeping.reclaim(channel, floor);
    return { cleared, event };
  }

  trim(before: string, signal?: AbortSignal): Promise<number> {
    return this.#housekeeping.trim(before, signal);
  }

  countBefore(before: string, limit: number): Promise<number> {
    return this.#reader.read(() => this.#sql.countBefore.get(before, limit) ?? 0);
  }

  sweep(before: { events: string; audit?: string }): Promise<void> {
    return this.#housekeeping.sweep(before);
  }

  appendAudit(entry: AuditDraft): Promise<void> {
    return this.#push(new AppendAudit(this.#context, entry));
  }

  latest(channel: string, limit: number): Promise<StoredMessage[]> {
    return this.before(channel, Number.MAX_SAFE_INTEGER, limit);
  }

  async before(channel: string, seq: number, limit: number): Promise<StoredMessage[]> {
    const newestFirst = await this.#readInSlices(limit, (last, rows) =>
      this.#pages.before(channel, last?.seq ?? seq, rows),
    );
    return newestFirst.reverse();
  }

  after(channel: string | undefined, seq: number, limit: number): Promise<StoredMessage[]> {
    return this.#readInSlices(limit, (last, rows) =>
      channel === undefined
        ? this.#sql.allMessagesAfter.all(last?.seq ?? seq, rows)
        : this.#pages.after(channel, last?.seq ?? seq, rows),
    );
  }

  async afterId(channel: string, id: string, limit: number): Promise<StoredMessage[] | undefined> {
    const from: { seq?: number | undefined } = {};
    const messages = await this.#readInSlices(limit, (last, rows) => {
      from.seq = last?.seq ?? this.#seqOf(channel, id);
      return from.seq === undefined ? [] : this.#pages.after(channel, from.seq, rows);
    });
    return from.seq === undefined ? undefined : messages;
  }

  find(id: string): Promise<StoredMessage | undefined> {
    return this.#reader.read(() => this.#sql.findMessage.get(id));
  }

  locate(channel: string | undefined, id: string): Promise<Position | undefined> {
    return this.#reader.read(() => {
      const seq = this.#sql.locateMessage.get(id, channel ?? null);
      if (seq === undefined) return this.#sql.locateEvent.get(id, channel ?? null);
      return { seq, event: this.#sql.lastEventBefore.get(seq) ?? 0 };
    });
  }

  lostSince(channel: string, id: string): Promise<LostHistory | undefined> {
    return this.#reader.read(() => lostHistory(this.#sql, channel, id));
  }

  cursor(consumer: string, channel: string): Promise<CursorState | undefined> {
    return this.#reader.read(() => {
      const row = this.#delivery.cursorState.get({ consumer, channel });
      return row && cursorState(row);
    });
  }

  acknowledge(request: AckRequest): Promise<AckOutcome> {
    return this.#push(new Acknowledge(this.#context, request));
  }

  recordRead(range: ReadRange): Promise<void> {
    return this.#push(new RecordRead(this.#context, range));
  }

  recordTold(told: { consumer: string; channel: string; removals?: number | undefined }): Promise<void> {
    return this.#push(new RecordTold(this.#context, told));
  }

  async consumers(filter?: ConsumerFilter): Promise<ConsumerState[]> {
    const rows = await this.#followers(filter);
    return this.#reader.readEach(rows, (row) => consumerState(this.#delivery, row));
  }

  async stuckOn(before: string): Promise<string[]> {
    const rows = await this.#followers();
    const oldest = await this.#reader.readEach(rows, (row) => oldestUnread(this.#delivery, row));
    return rows.filter((_row, place) => (oldest[place] ?? before) < before).map(({ channel }) => channel);
  }

  followers(channel: string, limit: number): Promise<Follower[]> {
    return this.#reader.read(() => this.#delivery.followersOf.all(channel, limit));
  }

  resetConsumer(target: { consumer: string; channel: string; toSeq: number }): Promise<boolean> {
    return this.#push(new ResetConsumer(this.#context, target));
  }

  deleteConsumer(target: { consumer: string; channel: string }): Promise<boolean> {
    return this.#push(new DeleteConsumer(this.#context, target));
  }

  async receipts({ channel, seq }: StoredMessage): Promise<ReceiptState[]> {
    const states = await this.#reader.read(() => this.#delivery.receipts.all({ channel, seq }));
    return states.filter(({ readAt, ackedAt }) => readAt !== null || ackedAt !== null);
  }

  channels(): Promise<ChannelSummary[]> {
    return this.#reader.read(() => this.#snapshot(() => readChannels(this.#sql)));
  }

  totals(): Promise<Totals> {
    return this.#reader.read(() => this.#sql.totals.get() ?? { channels: 0, messages: 0 });
  }

  changes(since: Position, options: { channel?: string; limit: number }): Promise<ChangePage> {
    return this.#reader.read(() => this.#log.page(since, options));
  }

  head(): Position {
    return this.#publisher.head;
  }

  watch(listener: (changes: readonly Change[]) => void): () => void {
    return this.#publisher.watch(listener);
  }

  audit({ limit, beforeId = Number.MAX_SAFE_INTEGER, event }: AuditQuery): Promise<AuditEvent[]> {
    return this.#reader.read(() =>
      event === undefined
        ? this.#sql.audit.all({ beforeId, limit })
        : this.#sql.auditOf.all({ event, beforeId, limit }),
    );
  }

  auditOfChannels(query: AuditOfChannelsQuery): Promise<AuditPage> {
    return auditOfChannels(query, { sql: this.#sql, reader: this.#reader });
  }

  pause(): Promise<Pause | undefined> {
    return this.#reader.read(() => readPause(this.#sql));
  }

  setPaused(paused: boolean): Promise<boolean> {
    return this.#push(new SetPaused(this.#context, paused));
  }

  restore(messages: readonly RestoredMessage[]): Promise<number> {
    return this.#push(new RestoreMessages(this.#context, messages));
  }

  async positions(stretch: { afterSeq: number; upToSeq: number }): Promise<ConsumerPosition[]> {
    const rows = await this.#reader.read(() =>
      this.#delivery.followers.all({ channel: null, consumer: null }),
    );
    return this.#reader.readEach(rows, (row) => consumerPosition(this.#sql, row, stretch));
  }

  restorePosition(position: ConsumerPosition): Promise<boolean> {
    return this.#push(new RestorePosition(this.#context, position));
  }

  async backup(file: string, options: BackupOptions = {}): Promise<number> {
    if (this.#closing) throw shuttingDown();
    return this.#backups.make(file, options);
  }

  async size(): Promise<StoreSize> {
    const [file, log] = await Promise.all([sizeOf(this.path), sizeOf(`${this.path}-wal`)]);
    return { bytes: file, logBytes: log };
  }

  /** Reads, and takes and releases the write lock: a file that cannot be written is not ready. */
  async ping(): Promise<void> {
    await this.#reader.read(() => this.#sql.position.get());
    await this.#housekeeping.touch();
  }

  /** Brings the file up to date with its log as far as that holds nobody up, as before the computer sleeps. */
  checkpoint(): void {
    this.#checkpointer.checkpoint();
  }

  /** Commits what waits, merges the write-ahead log and closes: the main file alone is then complete. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** The place in a channel of a message or event. */
  #seqOf(channel: string, id: string): number | undefined {
    return this.#sql.locateMessage.get(id, channel) ?? this.#sql.locateEvent.get(id, channel)?.seq;
  }

  /** See `Reader.readInSlices`; each slice is of one moment. */
  #readInSlices(
    limit: number,
    slice: (last: StoredMessage | undefined, rows: number) => StoredMessage[],
  ): Promise<StoredMessage[]> {
    return this.#reader.readInSlices(limit, (last, rows) => this.#snapshot(() => slice(last, rows)));
  }

  /** Those who follow, to look at what they have not read: the index knows for whom a message is. */
  async #followers({ channel, consumer }: ConsumerFilter = {}): Promise<FollowerRow[]> {
    await this.index.refresh();
    const filter = { channel: channel ?? null, consumer: consumer ?? null };
    return this.#reader.read(() => this.#delivery.followers.all(filter));
  }

  async #close(): Promise<void> {
    this.#watcher.stop();
    this.#housekeeping.stop();
    this.index.stop();
    this.#backups.end();
    this.#queue.drain();
    this.#finishHousekeeping();
    this.#reader.close();
    this.#publisher.stop();
    this.tokens.stop();
    await this.#backups.ended();
    await this.#checkpointer.stop();
    this.#db.close();
  }

  #finishHousekeeping(): void {
    try {
      this.#housekeeping.finish(finishMs);
    } catch (error) {
      // Another process holds the file, or the disk is in trouble: the next start goes on.
      this.#onError(error);
    }
  }

  #push<T>(write: Outcome<T>): Promise<T> {
    if (this.#closing) return Promise.reject(shuttingDown());
    this.#queue.push(write);
    return write.promise;
  }
}

/** The size of a file in bytes; 0 for one that is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
