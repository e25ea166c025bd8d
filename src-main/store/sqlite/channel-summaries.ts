import type { ChannelSummary } from '../message-store.ts';
import type { Statements } from './statements.ts';

/** The channels that hold messages, with their senders. To be called inside a transaction. */
export function readChannels(sql: Statements): ChannelSummary[] {
  const sendersOf = new Map<string, string[]>();
  for (const [channel, sender] of sql.senders.all()) {
    const known = sendersOf.get(channel);
    if (known) known.push(sender);
    else sendersOf.set(channel, [sender]);
  }
  // Both come in binary order, which the result keeps.
  return sql.summaries.all().map(({ channel, count, last_seq, last_timestamp, epoch }) => ({
    channel,
    count,
    lastSeq: last_seq,
    lastTimestamp: last_timestamp,
    epoch,
    senders: sendersOf.get(channel) ?? [],
  }));
}
