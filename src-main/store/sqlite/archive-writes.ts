import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { ConsumerPosition } from '../consumers.ts';
import type { RestoredMessage } from '../message-store.ts';
import { Outcome, type WriteContext } from './outcome.ts';
import { insertMessage } from './writes.ts';

/** What a row takes up besides its content, in bytes. */
const rowBytes = 200;

/** Adds messages that were stored elsewhere, as they are. What is there already is left alone. */
export class RestoreMessages extends Outcome<number> {
  readonly bytes: number;
  readonly #context: WriteContext;
  readonly #messages: readonly RestoredMessage[];

  constructor(context: WriteContext, messages: readonly RestoredMessage[]) {
    super();
    this.#context = context;
    this.#messages = messages;
    this.bytes = messages.reduce((sum, { content }) => sum + rowBytes + content.length, 0);
  }

  protected override write(): number {
    let restored = 0;
    for (const message of this.#messages) if (this.#restore(message)) restored++;
    return restored;
  }

  #restore(message: RestoredMessage): boolean {
    const { sql } = this.#context;
    const row = sql.rowOf.get(message.id);
    if (row?.counts === 1) return false;
    // It was cleared and only waits for its removal.
    if (row) sql.deleteMessage.run(row.seq);
    insertMessage(this.#context, message);
    return true;
  }
}

/** Puts a consumer where it stood elsewhere, unless it is further already. Claims nothing about who has read or acked what. */
export class RestorePosition extends Outcome<boolean> {
  readonly bytes = rowBytes;
  readonly #context: WriteContext;
  readonly #position: ConsumerPosition;

  constructor(context: WriteContext, position: ConsumerPosition) {
    super();
    this.#context = context;
    this.#position = position;
  }

  protected override write(): boolean {
    const { delivery } = this.#context;
    const { consumer, channel, ackedId, ackedAt, readId, lastSeen, metadata } = this.#position;
    const acked = this.#seqOf(ackedId, 'acked_id');
    const read = this.#seqOf(readId, 'read_id');
    const place = { consumer, channel };
    const readBefore = delivery.readSeq.get(place) ?? -1;
    const ackedBefore = delivery.cursor.get(place)?.last_seq ?? 0;
    delivery.adopt.run({ ...place, readSeq: read, lastSeen });
    const advances = acked > ackedBefore;
    if (advances) {
      const updatedAt = ackedAt ?? lastSeen;
      delivery.moveCursor.run({ ...place, seq: acked, id: ackedId, updatedAt, metadata });
    }
    return advances || read > readBefore;
  }

  /** @throws BridgeError `not_found` when there is no such message in the channel */
  #seqOf(id: string | null, field: string): number {
    if (id === null) return 0;
    const seq = this.#context.sql.locateMessage.get(id, this.#position.channel);
    if (seq === undefined) {
      throw new BridgeError('not_found', `${field} names no message of this channel`, { field });
    }
    return seq;
  }
}
