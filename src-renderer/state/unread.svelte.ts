import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { Channel } from '../../src-shared/client/known-channel.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { onStored, readStored, writeStored } from './storage.ts';

/** The last message of a channel that was on this browser's screen. */
export interface Seen {
  id: string;
  /** When the relay stored it; later messages have later times (wire specification 2.5). */
  at: string;
}

interface Stored {
  /** Channels that have never been opened count from here: what was there before the first visit is not news. */
  since: string;
  channels: Record<string, Seen>;
}

const key = 'seen';

/** More unread messages than these are not counted when a channel was not watched; the page says `99+` anyway. */
const countLimit = 100;

/** How many channels are counted at once. */
const parallel = 3;

/** What this viewer has not seen yet. It is kept here: the relay knows agents, not people who look. */
export class Unread {
  readonly #api: ApiClient;
  #stored: Stored = remembered();
  #counts = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Newest message of each channel for which the count is right. */
  readonly #countedTo = new Map<string, string>();
  #names = new Set<string>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The channels with something unread. */
  readonly list = $derived(Array.from(this.#counts, ([channel, count]) => ({ channel, count })));

  of(channel: string): number {
    return this.#counts.get(channel) ?? 0;
  }

  /** Up to where a channel was seen; undefined if it never was. */
  seen(channel: string): Seen | undefined {
    return this.#stored.channels[channel];
  }

  /** Listens to what other tabs of this browser have on their screens. */
  start(): () => void {
    return onStored(key, () => {
      const before = this.#stored;
      this.#stored = remembered();
      for (const [channel, { at }] of Object.entries(this.#stored.channels)) {
        if (at > (before.channels[channel]?.at ?? '') && this.of(channel) > 0)
          this.#countedTo.delete(channel);
      }
      void this.#recount([...this.#counts.keys()].filter((channel) => !this.#countedTo.has(channel)));
    });
  }

  /** Counts what came while nobody looked. `now` is the relay's time. */
  async catchUp(channels: readonly Channel[], now: string): Promise<void> {
    if (this.#stored.since === '') {
      this.#stored = { ...this.#stored, since: now };
      writeStored(key, this.#stored);
    }
    this.#names = new Set(channels.map(({ id }) => id));
    const gone = [...this.#counts.keys()].filter((channel) => !this.#names.has(channel));
    this.#set(gone.map((channel) => [channel, 0]));
    const stale = channels.filter(({ id, lastAt }) => (this.#countedTo.get(id) ?? '') < lastAt);
    for (const { id, lastAt } of stale) {
      if (lastAt <= this.boundary(id)) this.#countedTo.set(id, lastAt);
    }
    await this.#recount(stale.filter(({ id, lastAt }) => lastAt > this.boundary(id)).map(({ id }) => id));
  }

  /** @param own whether a message was sent by this page, which is no news to it */
  take(events: readonly StreamEvent[], own: (id: string) => boolean): void {
    const changed = new Map<string, number>();
    for (const event of events) {
      if (event.type === 'message') {
        const { id, channel, timestamp } = event.message;
        if (timestamp <= (this.#countedTo.get(channel) ?? '')) continue;
        this.#countedTo.set(channel, timestamp);
        if (timestamp <= this.boundary(channel) || own(id)) continue;
        changed.set(channel, (changed.get(channel) ?? this.of(channel)) + 1);
      } else if (event.type === 'clear') {
        changed.set(event.channel, 0);
      }
    }
    this.#set([...changed]);
  }

  /** Notes that a message of `channel` was on the screen, and with it all before it. */
  see(channel: string, message: Seen, left: number): void {
    this.#set([[channel, left]]);
    if (message.at <= (this.seen(channel)?.at ?? '')) return;
    this.#remember(channel, message);
  }

  /** Counts from `message` on as unread again. */
  unsee(channel: string, before: Seen, left: number): void {
    this.#remember(channel, before);
    this.#set([[channel, left]]);
  }

  forget(): void {
    this.#stored = { since: '', channels: {} };
    writeStored(key, undefined);
    this.#counts = new Map();
    this.#countedTo.clear();
  }

  #remember(channel: string, message: Seen): void {
    // Another tab may have written since: its positions stay.
    const { since, channels } = remembered();
    const known = Object.entries({ ...channels, ...this.#stored.channels, [channel]: message });
    const kept = this.#names.size === 0 ? known : known.filter(([name]) => this.#names.has(name));
    this.#stored = { since: since || this.#stored.since, channels: Object.fromEntries(kept) };
    writeStored(key, this.#stored);
  }

  /** The time after which messages of a channel are new to this viewer; empty before the very first visit. */
  boundary(channel: string): string {
    return this.seen(channel)?.at ?? this.#stored.since;
  }

  async #recount(channels: readonly string[]): Promise<void> {
    const waiting = [...channels];
    const work = async () => {
      for (let channel = waiting.shift(); channel !== undefined; channel = waiting.shift()) {
        await this.#count(channel);
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
  }

  async #count(channel: string): Promise<void> {
    try {
      const { messages } = await this.#api.messages({ channel, limit: countLimit });
      const newest = messages.at(-1);
      // Meanwhile live events may have brought it further.
      if (!newest || newest.ts_full < (this.#countedTo.get(channel) ?? '')) return;
      this.#countedTo.set(channel, newest.ts_full);
      const boundary = this.boundary(channel);
      this.#set([[channel, messages.filter(({ ts_full }) => ts_full > boundary).length]]);
    } catch (error) {
      // The link says that the relay does not answer; when it does again, this is asked again.
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  #set(counts: readonly (readonly [channel: string, count: number])[]): void {
    if (counts.every(([channel, count]) => this.of(channel) === count)) return;
    const changed = new Map(this.#counts);
    for (const [channel, count] of counts) {
      if (count > 0) changed.set(channel, count);
      else changed.delete(channel);
    }
    this.#counts = changed;
  }
}

function remembered(): Stored {
  const stored = readStored(key) as Partial<Stored> | undefined;
  const channels = Object.entries(stored?.channels ?? {}).filter(([, seen]) => isSeen(seen));
  return {
    since: typeof stored?.since === 'string' ? stored.since : '',
    channels: Object.fromEntries(channels),
  };
}

function isSeen(value: unknown): value is Seen {
  const { id, at } = (value ?? {}) as Partial<Seen>;
  return typeof id === 'string' && typeof at === 'string';
}
