import type { Change } from '../store/message-store.ts';

/** What a stream carries. */
export interface Selection {
  channels: ReadonlySet<string> | 'all';
  /** With the reads and acks of its channels. */
  receipts: boolean;
}

export function selects({ channels, receipts }: Selection, change: Change): boolean {
  if (!receipts && isReceipt(change)) return false;
  return channels === 'all' || channels.has(channelOf(change));
}

/** The same for equal selections, whatever the order of their channels. */
export function keyOf({ channels, receipts }: Selection): string {
  return JSON.stringify([receipts, channels === 'all' || [...channels].sort()]);
}

export function channelOf(change: Change): string {
  return change.kind === 'message' ? change.message.channel : change.event.channel;
}

export function isReceipt(change: Change): boolean {
  return change.kind === 'event' && (change.event.type === 'read' || change.event.type === 'acked');
}
