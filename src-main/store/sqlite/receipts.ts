import type { Receipt } from '../changes.ts';
import type { ReadRange } from '../consumers.ts';
import { logReceipt } from './event-writes.ts';
import type { WriteContext } from './outcome.ts';

/**
 * Logs that a consumer has read or acked messages. What it has read or acked before is not logged again, so that the
 * receipts of one consumer never overlap and the first time stands.
 */
export function logReceipts(context: WriteContext, type: Receipt['type'], range: ReadRange): void {
  const { consumer, channel } = range;
  for (const { firstSeq, lastSeq } of gaps(context, type, range)) {
    if (!context.delivery.holdsMessage.get({ channel, firstSeq, lastSeq })) continue;
    logReceipt(context, { type, consumer, channel, firstSeq, lastSeq });
  }
}

/** The parts of a range that no receipt covers yet. */
function gaps({ delivery }: WriteContext, type: Receipt['type'], range: ReadRange) {
  const found: { firstSeq: number; lastSeq: number }[] = [];
  let firstSeq = range.firstSeq;
  for (const covered of delivery.receiptsWithin.all({ ...range, type })) {
    if (covered.firstSeq > firstSeq) found.push({ firstSeq, lastSeq: covered.firstSeq - 1 });
    firstSeq = covered.lastSeq + 1;
  }
  if (firstSeq <= range.lastSeq) found.push({ firstSeq, lastSeq: range.lastSeq });
  return found;
}
