import type { ChannelState } from '../../src-shared/api/state.ts';
import { compareCodePoints } from '../../src-shared/channel.ts';
import { type Channel, liveliestOf, takeEvent, toChannel } from '../../src-shared/client/known-channel.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';

/** The channels of the relay, kept current by its events. */
export class Channels {
  /** Whether the relay has named them yet. */
  known = $state(false);
  #all = $state.raw<ReadonlyMap<string, Channel>>(new Map());

  /** In binary order of their ids. */
  readonly list = $derived([...this.#all.values()]);

  /** The one with the newest message. */
  get liveliest(): Channel | undefined {
    return liveliestOf(this.list);
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
    for (const event of events) takeEvent(changed, event);
    this.#all = sorted(changed);
  }
}

function sorted(channels: Map<string, Channel>): ReadonlyMap<string, Channel> {
  return new Map([...channels].sort(([a], [b]) => compareCodePoints(a, b)));
}
