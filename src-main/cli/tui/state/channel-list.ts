import type { StateResponse } from '../../../../src-shared/api/state.ts';
import { compareCodePoints } from '../../../../src-shared/channel.ts';
import {
  type Channel,
  liveliestOf,
  takeEvent,
  toChannel,
} from '../../../../src-shared/client/known-channel.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';

/** The channels: as the relay named them last, with what has happened since, and how much of it was not on this screen. */
export class ChannelList {
  /** In binary order of their ids, those without a group last. */
  all: readonly Channel[] = [];
  /** Whether the relay has named them yet. */
  known = false;
  readonly #unread = new Map<string, number>();

  find(id: string): Channel | undefined {
    return this.all.find((channel) => channel.id === id);
  }

  /** The one with the newest message. */
  get liveliest(): Channel | undefined {
    return liveliestOf(this.all);
  }

  get unread(): number {
    return Array.from(this.#unread.values()).reduce((sum, count) => sum + count, 0);
  }

  unreadOf(id: string): number {
    return this.#unread.get(id) ?? 0;
  }

  /** The channel next to `id`, in a circle. */
  beside(id: string | undefined, by: 1 | -1): string | undefined {
    const { length } = this.all;
    if (length === 0) return undefined;
    const at = this.all.findIndex((channel) => channel.id === id);
    if (at < 0) return this.all[by > 0 ? 0 : length - 1]?.id;
    return this.all[(at + by + length) % length]?.id;
  }

  /** The next channel behind `id` with something unread, in a circle. */
  nextUnread(id: string | undefined): string | undefined {
    const at = this.all.findIndex((channel) => channel.id === id) + 1;
    return [...this.all.slice(at), ...this.all.slice(0, at)].find((channel) => this.unreadOf(channel.id) > 0)
      ?.id;
  }

  see(id: string): void {
    this.#unread.delete(id);
  }

  /** Takes over what `GET /api/state` says. */
  replace({ channels }: StateResponse): void {
    this.all = ordered(channels.map(toChannel));
    this.known = true;
    const ids = new Set(channels.map(({ id }) => id));
    for (const id of this.#unread.keys()) if (!ids.has(id)) this.#unread.delete(id);
  }

  /** @param seen whether a message of a channel is on the screen when it comes */
  take(events: readonly StreamEvent[], seen: (channel: string, sender: string) => boolean): void {
    const changed = new Map(this.all.map((channel) => [channel.id, channel]));
    for (const event of events) {
      takeEvent(changed, event);
      if (event.type === 'message') {
        const { channel, sender } = event.message;
        if (!seen(channel, sender)) this.#unread.set(channel, this.unreadOf(channel) + 1);
      } else if (event.type === 'clear') {
        this.#unread.delete(event.channel);
      }
    }
    this.all = ordered([...changed.values()]);
  }
}

function ordered(channels: readonly Channel[]): Channel[] {
  return channels.toSorted(
    (a, b) =>
      Number(a.group === '') - Number(b.group === '') ||
      compareCodePoints(a.group, b.group) ||
      compareCodePoints(a.id, b.id),
  );
}
