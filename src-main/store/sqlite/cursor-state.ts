import type { CursorState } from '../consumers.ts';
import type { CursorStateRow } from './delivery-statements.ts';

/**
 * Where a consumer goes on reading, and what it will not get. It goes on behind what it has acked; one that never
 * acks is taken to be done with what it has read. What was removed up to there is no loss.
 */
export function cursorState(row: CursorStateRow): CursorState {
  const { acked_seq: ackedSeq, acked_at: ackedAt, read_seq: readSeq, last_seen: lastSeen } = row;
  const removals = row.removed_total ?? 0;
  const unknown = removals - row.removals_known;
  // So many messages of all channels came since: those of this one that were removed are not more.
  const behind = (row.removed_seq ?? 0) - (ackedSeq ?? readSeq);
  const removed = Math.min(unknown, behind);
  return {
    seq: ackedSeq ?? 0,
    lost: removed > 0 ? { removed, since: ackedAt ?? lastSeen } : undefined,
    removals: unknown > 0 ? removals : undefined,
  };
}
