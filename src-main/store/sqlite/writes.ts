import { v7 as uuid } from 'uuid';
import type { StoredMessage } from '../../../src-shared/message.ts';
import type {
  Appended,
  AuditDraft,
  Change,
  ChannelEvent,
  ClearOutcome,
  MessageDraft,
} from '../message-store.ts';
import type { Clock } from './clock.ts';
import type { Write } from './commit-queue.ts';
import type { Statements } from './tables.ts';

/** What every write works with. `record` collects the changes of the transaction in order. */
export interface WriteContext {
  sql: Statements;
  clock: Clock;
  record: (change: Change) => void;
}

/** A write with the promise of its outcome. */
export abstract class Outcome<T> implements Write {
  readonly promise: Promise<T>;
  abstract readonly bytes: number;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;
  #value: T | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected abstract write(): T;

  apply(): void {
    this.#value = this.write();
  }

  settle(): void {
    this.#resolve(this.#value as T);
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
    const { sql, clock, record } = this.#context;
    const { channel, sender, content } = this.#draft;
    const opensChannel = !sql.channelInUse.get(channel);
    const id = uuid();
    const timestamp = clock.next();
    const seq = Number(sql.insertMessage.run(id, channel, sender, content, timestamp).lastInsertRowid);
    const message: StoredMessage = { seq, id, channel, sender, content, timestamp };
    record({ kind: 'message', position: { seq, event: 0 }, message });
    return { message, opensChannel };
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
    const { sql } = this.#context;
    const channel = this.#channel;
    const cleared = sql.summary.get(channel)?.count ?? 0;
    let floor: number | undefined;
    if (cleared > clearAtOnce) {
      floor = sql.position.get()?.seq ?? 0;
      sql.raiseFloor.run(floor, channel);
      sql.forgetSenders.run(channel);
    } else if (cleared > 0) {
      sql.deleteChannel.run({ channel });
    }
    const event = logEvent(this.#context, { channel, type: 'clear', removed: cleared });
    return { cleared, event, floor };
  }
}

/** Logs how many messages retention has removed from a channel. */
export class LogTrimmed extends Outcome<undefined> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #channel: string;
  readonly #removed: number;

  constructor(context: WriteContext, channel: string, removed: number) {
    super();
    this.#context = context;
    this.#channel = channel;
    this.#removed = removed;
  }

  protected override write(): undefined {
    logEvent(this.#context, { channel: this.#channel, type: 'trimmed', removed: this.#removed });
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
    const { event, channel, detail, ip } = this.#entry;
    const { sql, clock } = this.#context;
    sql.insertAudit.run(clock.next(), event, channel ?? null, detail ?? null, ip ?? null);
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

function logEvent(
  { sql, clock, record }: WriteContext,
  { channel, type, removed }: Pick<ChannelEvent, 'channel' | 'type' | 'removed'>,
): ChannelEvent {
  const event: ChannelEvent = { id: uuid(), channel, type, removed, timestamp: clock.next() };
  const afterSeq = sql.position.get()?.seq ?? 0;
  const number = sql.insertEvent.run(
    event.id,
    channel,
    type,
    removed,
    afterSeq,
    event.timestamp,
  ).lastInsertRowid;
  record({ kind: 'event', position: { seq: afterSeq, event: Number(number) }, event });
  return event;
}
