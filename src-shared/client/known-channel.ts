import type { ChannelState } from '../api/state.ts';
import { compareCodePoints, splitChannel } from '../channel.ts';
import type { StreamEvent } from './stream-event.ts';

/** A channel as a reader knows it: what the relay said last, and what has happened since. */
export interface Channel {
  readonly id: string;
  /** What stands before the first colon; empty without one. */
  readonly group: string;
  readonly name: string;
  readonly count: number;
  /** When its newest message was stored, as the relay writes times. */
  readonly lastAt: string;
  readonly senders: readonly string[];
  /** Tasks and questions that wait for their answer. */
  readonly open: number;
  readonly oldestOpenAt: string | undefined;
}

/** As `GET /api/state` has it. */
export function toChannel(state: ChannelState): Channel {
  const { id, group, name, count, last_ts_full: lastAt, senders, open, oldest_open_ts } = state;
  return { id, group, name, count, lastAt, senders, open, oldestOpenAt: oldest_open_ts ?? undefined };
}

/** Takes over what an event says of a channel, which exists as long as it holds messages (wire specification 3.3). */
export function takeEvent(channels: Map<string, Channel>, event: StreamEvent): void {
  if (event.type === 'message') {
    const { channel, sender, timestamp } = event.message;
    channels.set(channel, withMessage(channels.get(channel) ?? emptyChannel(channel), sender, timestamp));
  } else if (event.type === 'clear') {
    channels.delete(event.channel);
  } else if (event.type === 'trimmed') {
    const before = channels.get(event.channel);
    const count = (before?.count ?? 0) - event.removed;
    if (before && count > 0) channels.set(event.channel, { ...before, count });
    else channels.delete(event.channel);
  }
}

/** The one with the newest message. */
export function liveliestOf(channels: readonly Channel[]): Channel | undefined {
  return channels.reduce<Channel | undefined>(
    (best, channel) => (best && best.lastAt >= channel.lastAt ? best : channel),
    undefined,
  );
}

function emptyChannel(id: string): Channel {
  return { id, ...splitChannel(id), count: 0, lastAt: '', senders: [], open: 0, oldestOpenAt: undefined };
}

function withMessage(channel: Channel, sender: string, timestamp: string): Channel {
  // What comes after an interruption may be known already from the state.
  if (timestamp <= channel.lastAt) return channel;
  const senders = channel.senders.includes(sender)
    ? channel.senders
    : [...channel.senders, sender].sort(compareCodePoints);
  return { ...channel, count: channel.count + 1, lastAt: timestamp, senders };
}
