import { formatTimestamp } from '../../../src-shared/time.ts';
import type { LostHistory } from '../consumers.ts';
import type { Statements } from './statements.ts';

/**
 * What a channel has lost at most since the message with this id was sent. The message is gone, but ids of version 7
 * carry their time; from any other id nothing can be told.
 */
export function lostHistory(sql: Statements, channel: string, id: string): LostHistory | undefined {
  const sentAt = timeOf(id);
  if (sentAt === undefined) return undefined;
  const since = formatTimestamp(sentAt);
  const known = sql.removals.get({ channel, since });
  if (!known) return undefined;
  const { before, after } = known;
  const { removed_total: total = 0, untold = 0 } = sql.summary.get(channel) ?? {};
  // Removals that have left the log are older than all in it: they may lie after the cursor if none in it lies before.
  const forgotten = total - untold - before - after;
  const removed = untold + (before > 0 ? after : after + forgotten);
  return removed === 0 ? undefined : { removed, since };
}

/** Milliseconds since 1970 in a UUID of version 7 (RFC 9562 §5.7). */
function timeOf(id: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(id);
  return match ? parseInt(`${match[1] ?? ''}${match[2] ?? ''}`, 16) : undefined;
}
