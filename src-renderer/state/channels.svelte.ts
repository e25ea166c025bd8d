import type { ChannelState } from '../../src-shared/api/state.ts';
import { compareCodePoints, splitChannel } from '../../src-shared/channel.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';

/** A channel as the page knows it: what the relay said last, and what has happened since. */
export interface Channel {
  readonly id: string;
  /** Before the first colon; empty without one. */
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

/** The channels of the relay, kept current by its events. */
export class Channels {
  /** Whether the relay has named them yet. */
  known = $state(false);
  #all = $state.raw<ReadonlyMap<string, Channel>>(new Map());

  /** In binary order of their ids. */
  readonly list = $derived([...this.#all.values()]);

  /** The one with the newest message. */
  get liveliest(): Channel | undefined {
    return this.list.reduce<Channel | undefined>(
      (best, channel) => (best && best.lastAt >= channel.lastAt ? best : channel),
      undefined,
    );
  }

  find(id: string): Channel | undefined {
    return this.#all.get(id);
  }

  /** Takes over the list of `GET /api/state`. */
  replace(states: readonly ChannelState[]): void {
    this.#all = new Map(states.map((state) => [state.id, toChannel(state)]));
    this.known = true;
  }

  forget(): void {
    this.#all = new Map();
    this.known = false;
  }

  take(events: readonly StreamEvent[]): void {
    const changed = new Map(this.#all);
    for (const event of events) {
      if (event.type === 'message') {
        const { channel, sender, timestamp } = event.message;
        changed.set(channel, withMessage(changed.get(channel) ?? emptyChannel(channel), sender, timestamp));
      } else if (event.type === 'clear' || event.type === 'trimmed') {
        const before = changed.get(event.channel);
        if (before) remove(changed, before, event.type === 'clear' ? before.count : event.removed);
      }
    }
    this.#all = sorted(changed);
  }
}

function toChannel(state: ChannelState): Channel {
  const { id, group, name, count, last_ts_full: lastAt, senders, open, oldest_open_ts } = state;
  return { id, group, name, count, lastAt, senders, open, oldestOpenAt: oldest_open_ts ?? undefined };
}

function emptyChannel(id: string): Channel {
  return { id, ...splitChannel(id), count: 0, lastAt: '', senders: [], open: 0, oldestOpenAt: undefined };
}

function withMessage(channel: Channel, sender: string, timestamp: string): Channel {
  const senders = channel.senders.includes(sender)
    ? channel.senders
    : [...channel.senders, sender].sort(compareCodePoints);
  // A replay after an interruption may come after a state that knows the message already.
  if (timestamp <= channel.lastAt) return channel;
  return { ...channel, count: channel.count + 1, lastAt: timestamp, senders };
}

/** A channel exists as long as it holds messages (wire specification 3.3). */
function remove(channels: Map<string, Channel>, before: Channel, removed: number): void {
  const count = before.count - removed;
  if (count > 0) channels.set(before.id, { ...before, count });
  else channels.delete(before.id);
}

function sorted(channels: Map<string, Channel>): ReadonlyMap<string, Channel> {
  return new Map([...channels].sort(([a], [b]) => compareCodePoints(a, b)));
}
