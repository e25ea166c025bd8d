import type { ChannelPatterns } from '../../src-shared/channel-patterns.ts';
import { everyChannel, type Change } from '../store/changes.ts';

/** What a stream carries. */
export interface Selection {
  channels: ReadonlySet<string> | 'all';
  /** Of all channels those that its reader may read, if not all of them. */
  readable?: ChannelPatterns | undefined;
  /** With the reads and acks of its channels. */
  receipts: boolean;
}

export function selects(selection: Selection, change: Change): boolean {
  if (!selection.receipts && isReceipt(change)) return false;
  return carries(selection, channelOf(change));
}

/** Whether it has to do with a channel at all. */
export function carries({ channels, readable }: Selection, channel: string): boolean {
  if (channel === everyChannel) return true;
  return channels === 'all' ? (readable?.has(channel) ?? true) : channels.has(channel);
}

/** The same for equal selections, whatever the order of their channels. */
export function keyOf({ channels, readable, receipts }: Selection): string {
  return JSON.stringify([receipts, channels === 'all' ? (readable?.key ?? true) : [...channels].sort()]);
}

export function channelOf(change: Change): string {
  return change.kind === 'message' ? change.message.channel : change.event.channel;
}

export function isReceipt(change: Change): boolean {
  return change.kind === 'event' && (change.event.type === 'read' || change.event.type === 'acked');
}
