import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { AckOutcome, AckRequest, ReadRange } from '../consumers.ts';
import { logReceipts } from './receipts.ts';
import { Outcome, type WriteContext } from './outcome.ts';

/** Moves a consumer's cursor forward, never back: acking a message covers all before it (wire specification 6.6). */
export class Acknowledge extends Outcome<AckOutcome> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #request: AckRequest;

  constructor(context: WriteContext, request: AckRequest) {
    super();
    this.#context = context;
    this.#request = request;
  }

  protected override write(): AckOutcome {
    const { sql, delivery, clock } = this.#context;
    const { consumer, channel, messageId, metadata } = this.#request;
    const seq = sql.locateMessage.get(messageId, channel);
    if (seq === undefined) {
      throw new BridgeError('not_found', 'no such message in this channel', { field: 'message_id' });
    }
    const cursor = delivery.cursor.get({ consumer, channel });
    if (cursor && cursor.last_seq >= seq) {
      const { last_seq, last_message_id, updated_at } = cursor;
      return {
        consumer,
        channel,
        lastSeq: last_seq,
        lastMessageId: last_message_id,
        updatedAt: updated_at,
        advanced: false,
      };
    }
    const updatedAt = clock.next();
    delivery.moveCursor.run({
      consumer,
      channel,
      seq,
      id: messageId,
      updatedAt,
      metadata: metadata ?? null,
    });
    delivery.follow.run({ consumer, channel, readSeq: 0, lastSeen: updatedAt });
    const firstSeq = (cursor?.last_seq ?? 0) + 1;
    logReceipts(this.#context, 'acked', { consumer, channel, firstSeq, lastSeq: seq });
    return { consumer, channel, lastSeq: seq, lastMessageId: messageId, updatedAt, advanced: true };
  }
}

/** Notes that messages were handed out completely to a consumer. What it had read before is not noted again. */
export class RecordRead extends Outcome<undefined> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #range: ReadRange;

  constructor(context: WriteContext, range: ReadRange) {
    super();
    this.#context = context;
    this.#range = range;
  }

  protected override write(): undefined {
    const { delivery, clock } = this.#context;
    const { consumer, channel, lastSeq } = this.#range;
    delivery.follow.run({ consumer, channel, readSeq: lastSeq, lastSeen: clock.next() });
    logReceipts(this.#context, 'read', this.#range);
  }
}

/** Notes that a consumer knows what its channel has lost. */
export class RecordTold extends Outcome<undefined> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #told: { consumer: string; channel: string; removals?: number | undefined };

  constructor(
    context: WriteContext,
    told: { consumer: string; channel: string; removals?: number | undefined },
  ) {
    super();
    this.#context = context;
    this.#told = told;
  }

  protected override write(): undefined {
    const { consumer, channel, removals = null } = this.#told;
    this.#context.delivery.knowRemovals.run({ consumer, channel, removals });
  }
}

/** Puts a cursor somewhere else, also back: an administrator's repair. */
export class ResetConsumer extends Outcome<boolean> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #target: { consumer: string; channel: string; toSeq: number };

  constructor(context: WriteContext, target: { consumer: string; channel: string; toSeq: number }) {
    super();
    this.#context = context;
    this.#target = target;
  }

  protected override write(): boolean {
    const { delivery, clock } = this.#context;
    const { consumer, channel, toSeq } = this.#target;
    if (!delivery.follows.get({ consumer, channel })) return false;
    delivery.moveCursor.run({
      consumer,
      channel,
      seq: toSeq,
      id: null,
      updatedAt: clock.next(),
      metadata: null,
    });
    delivery.rewindFollower.run({ consumer, channel, readSeq: toSeq });
    return true;
  }
}

/** Forgets a consumer on a channel. What it read and acked stays in the log. */
export class DeleteConsumer extends Outcome<boolean> {
  readonly bytes = 0;
  readonly #context: WriteContext;
  readonly #target: { consumer: string; channel: string };

  constructor(context: WriteContext, target: { consumer: string; channel: string }) {
    super();
    this.#context = context;
    this.#target = target;
  }

  protected override write(): boolean {
    const { delivery } = this.#context;
    const { consumer, channel } = this.#target;
    delivery.deleteCursor.run({ consumer, channel });
    return delivery.unfollow.run({ consumer, channel }).changes > 0;
  }
}
