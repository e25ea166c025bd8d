import type { ConsumerBody } from '../../../src-shared/api/consumers.ts';
import { toSeconds, type Budget } from './rendering.ts';
import type { ToolCall } from './tool.ts';

/** Consumers that one answer lists; it is about messages in the first place. */
const maxListed = 50;

export interface ConsumerListing {
  records: ConsumerBody[];
  /** How many are not listed. */
  omitted: number;
  /** Empty if there are none. */
  text: string;
}

/** How far the readers of these channels are, the most urgent first, as far as the budget reaches. */
export async function listConsumers(
  { relay, actor }: Pick<ToolCall, 'relay' | 'actor'>,
  { channels, budget }: { channels: ReadonlySet<string>; budget: Budget },
): Promise<ConsumerListing> {
  const all = (await relay.consumers.list({}, actor)).filter(({ channel }) => channels.has(channel));
  all.sort((a, b) => Number(b.stuck) - Number(a.stuck) || b.unread - a.unread);
  const records: ConsumerBody[] = [];
  const lines = ['Consumers:'];
  for (const record of all.slice(0, maxListed)) {
    const line = toText(record);
    if (!budget.take(record, line)) break;
    records.push(record);
    lines.push(line);
  }
  const omitted = all.length - records.length;
  if (omitted > 0) lines.push(`  … and ${omitted} more`);
  return { records, omitted, text: all.length === 0 ? '' : lines.join('\n') };
}

function toText({
  consumer_id,
  channel,
  acked_seq,
  read_seq,
  unread,
  unread_more,
  stuck,
  last_seen,
}: ConsumerBody): string {
  const waiting = `${unread}${unread_more ? '+' : ''} unread${stuck ? ', stuck' : ''}`;
  const position = `acknowledged up to ${acked_seq}, read up to ${read_seq}`;
  return `  • ${consumer_id} on [${channel}]: ${waiting} (${position}, last seen ${toSeconds(last_seen)})`;
}
