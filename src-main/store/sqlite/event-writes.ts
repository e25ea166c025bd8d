import type { ChannelEvent, Receipt, Removal } from '../changes.ts';
import { nextId } from './ids.ts';
import type { WriteContext } from './outcome.ts';

/** Logs that messages went, and begins a new epoch of their channel. */
export function logRemoval(
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
