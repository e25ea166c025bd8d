import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import type { Appended, AuditDraft, ClearOutcome, IdempotencyKey, MessageDraft } from '../message-store.ts';
import { logRemoval } from './event-writes.ts';
import { nextId } from './ids.ts';
import { Outcome, type WriteContext } from './outcome.ts';

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
