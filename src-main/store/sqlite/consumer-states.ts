import type { ConsumerPosition, ConsumerState } from '../consumers.ts';
import { unreadWindow, type DeliveryStatements, type FollowerRow } from './delivery-statements.ts';
import type { Statements } from './statements.ts';

/** A consumer's state on a channel. */
export function consumerState(sql: DeliveryStatements, row: FollowerRow): ConsumerState {
  const { consumer, channel, last_seen, acked_seq, acked_id, acked_at } = row;
  const readSeq = readSeqOf(row);
  const found = isUpToDate(row) ? undefined : sql.unread.get({ channel, consumer, seq: readSeq });
  const { looked, unread, oldest } = found ?? { looked: 0, unread: 0, oldest: null };
  return {
    consumer,
    channel,
    ackedSeq: acked_seq,
    ackedId: acked_id,
    ackedAt: acked_at,
    readSeq,
    lastSeen: last_seen,
    unread: Math.min(unread, unreadWindow),
    unreadMore: looked > unreadWindow,
    oldestUnreadAt: oldest,
  };
}

/** When the oldest message was sent that the consumer has not read yet. */
export function oldestUnread(sql: DeliveryStatements, row: FollowerRow): string | undefined {
  const { consumer, channel } = row;
  if (isUpToDate(row)) return undefined;
  return sql.oldestUnread.get({ channel, consumer, seq: readSeqOf(row) });
}

/** Most are, and need no further look. */
function isUpToDate(row: FollowerRow): boolean {
  return row.newest_seq <= readSeqOf(row);
}

function readSeqOf({ read_seq, acked_seq }: FollowerRow): number {
  return Math.max(read_seq, acked_seq);
}

/** Where a consumer stands, by the messages of a stretch of the log. */
export function consumerPosition(
  sql: Statements,
  row: FollowerRow,
  { afterSeq, upToSeq }: { afterSeq: number; upToSeq: number },
): ConsumerPosition {
  const { consumer, channel, acked_seq, acked_at, read_seq, last_seen, metadata } = row;
  const idAt = (seq: number) =>
    sql.newestIdWithin.get({ channel, afterSeq, upToSeq: Math.min(seq, upToSeq) }) ?? null;
  return {
    consumer,
    channel,
    ackedId: idAt(acked_seq),
    ackedAt: acked_at,
    readId: idAt(read_seq),
    lastSeen: last_seen,
    metadata,
  };
}
