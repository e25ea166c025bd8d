import { nextId } from './ids.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { BridgeError, toError } from '../../../src-shared/bridge-error.ts';
import type { Change, ChannelEvent, Receipt, Removal } from '../changes.ts';
import type { Appended, AuditDraft, ClearOutcome, IdempotencyKey, MessageDraft } from '../message-store.ts';
import type { Clock } from './clock.ts';
import type { Write } from './commit-queue.ts';
import type { DeliveryStatements } from './delivery-statements.ts';
import type { OpenChannels } from './open-channels.ts';
import type { Origins } from './origins.ts';
import type { Statements } from './statements.ts';

/** What every write works with. `record` collects the changes of the transaction in order. */
export interface WriteContext {
  sql: Statements;
  delivery: DeliveryStatements;
  origins: Origins;
  clock: Clock;
  openChannels: OpenChannels;
  record: (change: Change) => void;
}

/** A write with the promise of its outcome. */
export abstract class Outcome<T> implements Write {
  readonly promise: Promise<T>;
  abstract readonly bytes: number;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;
  #value: T | undefined;
  #refusal: BridgeError | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * @throws BridgeError to refuse this write alone, before it has changed anything: the others of its transaction are
   *   committed all the same
   */
  protected abstract write(): T;

  apply(): void {
    try {
      this.#value = this.write();
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw toError(thrown);
      this.#refusal = thrown;
    }
  }

  settle(): void {
    if (this.#refusal) this.#reject(this.#refusal);
    else this.#resolve(this.#value as T);
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

/** Adds a message. Ids are time-ordered (UUID version 7), so that their index grows at its end. */
export class AppendMessage extends Outcome<Appended> {
  readonly bytes: number;
  readonly #context: WriteContext;
  readonly #draft: MessageDraft;

  constructor(context: WriteContext, draft: MessageDraft) {
    super();
    this.#context = context;
    this.#draft = draft;
    this.bytes = draft.content.length;
  }

  protected override write(): Appended {
    const { delivery, clock, openChannels } = this.#context;
    const { channel, sender, content, origin = null, idempotency } = this.#draft;
    const first = idempotency && this.#firstSend(idempotency);
    if (first) return { message: first, deduplicated: true, opensChannel: false };
    const opensChannel = openChannels.open(channel);
    const id = nextId();
    const timestamp = clock.next();
    const message = insertMessage(this.#context, { id, channel, sender, content, timestamp, origin });
    if (idempotency) {
      const { key, digest } = idempotency;
      delivery.insertKey.run({ channel, sender, key, digest, id, seq: message.seq, timestamp });
    }
    return { message, deduplicated: false, opensChannel };
  }

  /**
   * The message that an earlier send with this key has stored (wire specification 6.5). A key whose message is gone is
   * free again.
   * @throws BridgeError `conflict`, `in_progress`
   */
  #firstSend({ key, digest, alsoDigests }: IdempotencyKey): StoredMessage | undefined {
    const { sql, delivery } = this.#context;
    const { channel, sender, content } = this.#draft;
    const row = delivery.key.get({ channel, sender, key });
    if (!row) return undefined;
    if (
      row.state === 'pending' &&
      (row.expires_at === null || row.expires_at > formatTimestamp(Date.now()))
    ) {
      throw new BridgeError('in_progress', 'another program is sending with this key', {
        field: 'idempotency_key',
        retryAfter: 1,
      });
    }
    const isCleared = (row.message_seq ?? 0) <= (sql.summary.get(channel)?.floor_seq ?? 0);
    if (row.state === 'pending' || isCleared) {
      delivery.deleteKey.run({ channel, sender, key });
      return undefined;
    }
    if (row.payload_sha256 !== digest && !alsoDigests.includes(row.payload_sha256)) {
      throw new BridgeError('conflict', 'this key was used for another message', {
        field: 'idempotency_key',
      });
    }
    const id = row.message_id ?? '';
    const stored = sql.findMessage.get(id);
    // The message was taken out of the file by hand: what is recorded of it is all there is.
    const seq = row.message_seq ?? 0;
    return stored ?? { seq, id, channel, sender, content, timestamp: row.created_at, origin: null };
  }
}

/** Channels with at most this many messages are emptied on the spot; larger ones by raising their floor. */
const clearAtOnce = 200;

export interface Cleared extends ClearOutcome {
  /** Rows up to here are hidden and wait for their removal. */
  floor: number | undefined;
}

/** Empties a channel as of this moment, and logs that it did. */
export class ClearChannel extends Outcome<Cleared> {
  /** As much as the messages that it may remove on the spot take up, at 500 bytes each. */
  readonly bytes = clearAtOnce * 500;
  readonly #context: WriteContext;
  readonly #channel: string;

  constructor(context: WriteContext, channel: string) {
    super();
    this.#context = context;
    this.#channel = channel;
  }

  protected override write(): Cleared {
    const { sql, openChannels } = this.#context;
    const channel = this.#channel;
    openChannels.forget();
    const cleared = sql.summary.get(channel)?.count ?? 0;
    let floor: number | undefined;
    if (cleared > clearAtOnce) {
      floor = sql.position.get()?.seq ?? 0;
      sql.raiseFloor.run(floor, channel);
      sql.forgetSenders.run(channel);
    } else if (cleared > 0) {
      sql.deleteChannel.run({ channel });
    }
    // Each row that is deleted here counts as untold until the event that tells of it.
    const told = floor === undefined ? cleared : 0;
    const event = logRemoval(this.#context, { channel, type: 'clear', removed: cleared, told });
    return { cleared, event, floor };
  }
}

/** Logs how many messages have been removed from a channel, by retention or by other programs. */
export class LogTrimmed extends Outcome<undefined> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #channel: string;

  constructor(context: WriteContext, channel: string) {
    super();
    this.#context = context;
    this.#channel = channel;
  }

  protected override write(): undefined {
    const channel = this.#channel;
    const removed = this.#context.sql.summary.get(channel)?.untold ?? 0;
    if (removed > 0) logRemoval(this.#context, { channel, type: 'trimmed', removed, told: removed });
  }
}

export class AppendAudit extends Outcome<undefined> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #entry: AuditDraft;

  constructor(context: WriteContext, entry: AuditDraft) {
    super();
    this.#context = context;
    this.#entry = entry;
  }

  protected override write(): undefined {
    const { event, channel = null, detail = null, ip = null, by = null } = this.#entry;
    const { sql, clock } = this.#context;
    sql.insertAudit.run({ timestamp: clock.next(), event, channel, detail, ip, by });
  }
}

/** Any other write: housekeeping in small steps. */
export class Step<T> extends Outcome<T> {
  readonly bytes = 0;
  protected override readonly write: () => T;

  constructor(write: () => T) {
    super();
    this.write = write;
  }
}

/** Adds a row behind those that are there. */
export function insertMessage(
  { sql, origins, record }: WriteContext,
  draft: Omit<StoredMessage, 'seq'>,
): StoredMessage {
  const { id, channel, sender, content, timestamp } = draft;
  const from = draft.origin && origins.intern(draft.origin);
  const row = sql.insertMessage.run(id, channel, sender, content, timestamp, from?.id ?? null);
  const seq = Number(row.lastInsertRowid);
  const message: StoredMessage = {
    seq,
    id,
    channel,
    sender,
    content,
    timestamp,
    origin: from?.origin ?? null,
  };
  record({ kind: 'message', position: { seq, event: 0 }, message });
  return message;
}

/** Logs that messages went, and begins a new epoch of their channel. */
function logRemoval(
  context: WriteContext,
  { channel, type, removed, told }: Pick<Removal, 'channel' | 'type' | 'removed'> & { told: number },
): Removal {
  if (removed > 0) context.sql.beginEpoch.run(told, channel);
  const event: Removal = { id: nextId(), channel, type, removed, timestamp: context.clock.next() };
  logEvent(context, event, { removed, consumer: null, firstSeq: null, lastSeq: null });
  return event;
}

/** Logs that a consumer has read or acked messages. */
export function logReceipt(context: WriteContext, receipt: Omit<Receipt, 'id' | 'timestamp'>): void {
  const event: Receipt = { ...receipt, id: nextId(), timestamp: context.clock.next() };
  logEvent(context, event, { ...receipt, removed: 0 });
}

/** Logs an event. Returns the message behind which it stands. */
export function logEvent(
  { sql, record }: WriteContext,
  event: ChannelEvent,
  columns: { removed: number; consumer: string | null; firstSeq: number | null; lastSeq: number | null },
): number {
  const seq = sql.position.get()?.seq ?? 0;
  const { id, channel, type, timestamp } = event;
  const { lastInsertRowid } = sql.insertEvent.run({
    ...columns,
    id,
    channel,
    type,
    timestamp,
    afterSeq: seq,
  });
  record({ kind: 'event', position: { seq, event: Number(lastInsertRowid) }, event });
  return seq;
}
