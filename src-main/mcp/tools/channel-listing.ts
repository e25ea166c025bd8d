import { compareCodePoints } from '../../../src-shared/channel.ts';
import type { Relay } from '../../relay/relay.ts';
import type { Budget } from './rendering.ts';
import type { ToolCall } from './tool.ts';

type ChannelSummary = Awaited<ReturnType<Relay['channels']>>[number];

export interface ChannelListing<Entry> {
  /** Of all channels, also those that are not listed. */
  totals: { channels: number; messages: number };
  entries: Entry[];
  /** Name of the last listed channel if the budget ended before the channels did, else null. */
  nextCursor: string | null;
}

/**
 * The channels behind `after`, each as `toEntry` renders it, as far as the budget reaches, but at least one: a reader
 * that cannot get past a channel is stuck.
 */
export async function listChannels<Entry extends { record: unknown; text: string }>(
  { relay, actor }: Pick<ToolCall, 'relay' | 'actor'>,
  { after, budget }: { after: string | undefined; budget: Budget },
  toEntry: (summary: ChannelSummary) => Entry,
): Promise<ChannelListing<Entry>> {
  const all = await relay.channels(actor);
  const totals = { channels: all.length, messages: all.reduce((sum, { count }) => sum + count, 0) };
  const entries: Entry[] = [];
  let nextCursor: string | null = null;
  let last = after ?? '';
  for (const summary of all) {
    if (after !== undefined && compareCodePoints(summary.channel, after) <= 0) continue;
    const entry = toEntry(summary);
    if (!budget.take(entry.record, entry.text) && entries.length > 0) {
      nextCursor = last;
      break;
    }
    entries.push(entry);
    last = summary.channel;
  }
  return { totals, entries, nextCursor };
}
