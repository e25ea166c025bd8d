import type { Channel } from '../../../src-shared/client/known-channel.ts';

/** Channels with the same prefix. */
export interface ChannelGroup {
  /** Empty for channels without a prefix. */
  name: string;
  channels: readonly Channel[];
}

/**
 * Channels by prefix, the liveliest first: groups by their newest message, and channels within them. Only channels whose
 * id holds all words of `filter` count.
 * @param held times that count in place of the channels' own, so that nothing moves under a pointer
 */
export function channelGroups(
  channels: readonly Channel[],
  filter: string,
  held: ReadonlyMap<string, string> = new Map(),
): ChannelGroup[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const timeOf = ({ id, lastAt }: Channel) => held.get(id) ?? lastAt;
  const groups = new Map<string, Channel[]>();
  for (const channel of [...channels].sort((a, b) => descending(timeOf(a), timeOf(b)))) {
    const id = channel.id.toLowerCase();
    if (!words.every((word) => id.includes(word))) continue;
    const group = groups.get(channel.group);
    if (group) group.push(channel);
    else groups.set(channel.group, [channel]);
  }
  return Array.from(groups, ([name, members]) => ({ name, channels: members }));
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
