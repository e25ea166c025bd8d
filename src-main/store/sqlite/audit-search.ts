import type { AuditEvent } from '../../../src-shared/api/audit.ts';
import type { AuditOfChannelsQuery, AuditPage } from '../message-store.ts';
import type { Reader } from './reading.ts';
import type { Statements } from './statements.ts';

/** Rows that are gone through before others get their turn on the event loop: well below a millisecond. */
const sliceRows = 1_000;

/** Rows that one call goes through: a tenth of a second, with turns for others in between. */
const mostRows = 200_000;

export interface AuditSearchParts {
  sql: Statements;
  reader: Reader;
}

/**
 * Audit rows of channels that `mayRead` tells, newest first. No index can know those: rows outlive their channels, and
 * patterns fit names that nobody has thought of. So all rows are gone through from the end on, in slices that bring ids and channels
 * only. What a call does not come to is left to the next, so that each ends soon and the last one has seen everything.
 */
export async function auditOfChannels(
  { limit, beforeId = Number.MAX_SAFE_INTEGER, event, mayRead }: AuditOfChannelsQuery,
  { sql, reader }: AuditSearchParts,
): Promise<AuditPage> {
  const known = new Map<string, boolean>();
  const isWanted = (channel: string) => {
    let wanted = known.get(channel);
    if (wanted === undefined) known.set(channel, (wanted = mayRead(channel)));
    return wanted;
  };
  const events: AuditEvent[] = [];
  let last = beforeId;
  for (let rows = 0; rows < mostRows; rows += sliceRows) {
    const isEnd = await reader.read(() => {
      const slice =
        event === undefined
          ? sql.auditChannels.all({ beforeId: last, limit: sliceRows })
          : sql.auditChannelsOf.all({ event, beforeId: last, limit: sliceRows });
      for (const { id, channel } of slice) {
        last = id;
        const found = channel !== null && isWanted(channel) ? sql.auditById.get(id) : undefined;
        if (found) events.push(found);
        if (events.length === limit) return false;
      }
      return slice.length < sliceRows;
    });
    if (isEnd) return { events, nextBeforeId: undefined };
    if (events.length === limit) break;
    await new Promise(setImmediate);
  }
  return { events, nextBeforeId: last };
}
