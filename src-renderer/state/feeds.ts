import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { Feed } from './feed.svelte.ts';

/** Channels whose messages are kept, so that going back and forth costs nothing. */
const most = 6;

/** The feeds of the channels that were looked at last. All of them are kept current. */
export class Feeds {
  readonly #api: ApiClient;
  /** The one looked at last comes last. */
  readonly #feeds = new Map<string, Feed>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The feed of `channel`, and whether it is new, with nothing in it yet. */
  of(channel: string): { feed: Feed; isNew: boolean } {
    const known = this.#feeds.get(channel);
    const feed = known ?? new Feed(this.#api, channel);
    this.#feeds.delete(channel);
    this.#feeds.set(channel, feed);
    for (const oldest of this.#feeds.keys()) {
      if (this.#feeds.size <= most) break;
      this.#feeds.delete(oldest);
    }
    return { feed, isNew: !known };
  }

  take(events: readonly StreamEvent[]): void {
    for (const feed of this.#feeds.values()) feed.take(events);
  }

  /** Asks for what was missed: the stream could not tell. */
  async catchUp(): Promise<void> {
    await Promise.all(Array.from(this.#feeds.values(), (feed) => feed.catchUp()));
  }

  forget(): void {
    this.#feeds.clear();
  }
}
