import type { ApiClient } from '../../../../src-shared/client/api-client.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { Feed } from './feed.ts';
import { MessageList } from './message-list.ts';
import type { Work } from './work.ts';

/** A channel that was opened. */
export interface OpenChannel {
  readonly kind: 'channel';
  readonly feed: Feed;
  readonly list: MessageList;
}

/** Channels whose messages are kept, so that going back and forth costs nothing. */
const mostOpen = 6;

/** The channels that were opened last. */
export class OpenChannels {
  readonly #client: ApiClient;
  readonly #work: Work;
  /** The one that was looked at last comes last. */
  readonly #open = new Map<string, OpenChannel>();

  constructor(client: ApiClient, work: Work) {
    this.#client = client;
    this.#work = work;
  }

  get feeds(): readonly Feed[] {
    return Array.from(this.#open.values(), ({ feed }) => feed);
  }

  /** The name of the one that was looked at last. */
  get last(): string | undefined {
    return [...this.#open.keys()].at(-1);
  }

  /** Whether a message is at hand that is called `id`. */
  find(id: string): FeedMessage | undefined {
    for (const { feed } of this.#open.values()) {
      const found = feed.find(id);
      if (found) return found;
    }
    return undefined;
  }

  /** The channel as it was left, else a new one whose messages are on their way. */
  open(channel: string): OpenChannel {
    const known = this.#open.get(channel);
    const opened = known ?? this.#begin(channel);
    this.#open.delete(channel);
    this.#open.set(channel, opened);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(oldest);
    }
    if (!known || opened.feed.phase === 'failed') this.#work.run(opened.feed.open());
    return opened;
  }

  #begin(channel: string): OpenChannel {
    const feed = new Feed(this.#client, channel, this.#work.options);
    return { kind: 'channel', feed, list: new MessageList(() => feed.messages, true) };
  }
}
