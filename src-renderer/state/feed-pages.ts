import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { toFeedMessage, type FeedMessage } from '../../src-shared/messages/feed-message.ts';

/** Messages of a page when one goes back or on. */
const pageSize = 50;

/** Messages shown before the first unread one, so that it stands in its context. */
const contextSize = 30;

/** Messages of a channel without a gap between them, and whether its first and its newest one are among them. */
export interface Stretch {
  messages: readonly FeedMessage[];
  atStart: boolean;
  atEnd: boolean;
}

/** A channel as the relay hands it out, page by page. Everything rejects with a BridgeError, `paused` among others. */
export class FeedPages {
  readonly #api: ApiClient;
  readonly #channel: string;

  constructor(api: ApiClient, channel: string) {
    this.#api = api;
    this.#channel = channel;
  }

  async newest(): Promise<Stretch> {
    const { messages, truncated } = await this.#page({});
    return { messages, atStart: messages.length < pageSize && !truncated, atEnd: !truncated };
  }

  /** What lies around the first message behind `id`; undefined if there is none. */
  async behind(id: string): Promise<Stretch | undefined> {
    const after = await this.after(id);
    const first = after.messages[0];
    if (!first) return undefined;
    const before = await this.before(first.id, contextSize);
    return { ...before, messages: [...before.messages, ...after.messages], atEnd: after.atEnd };
  }

  async around(target: FeedMessage): Promise<Stretch> {
    const [before, after] = await Promise.all([this.before(target.id, contextSize), this.after(target.id)]);
    return { ...before, messages: [...before.messages, target, ...after.messages], atEnd: after.atEnd };
  }

  async before(id: string, limit = pageSize): Promise<Omit<Stretch, 'atEnd'>> {
    const { messages, previous } = await this.#page({ before_id: id, limit });
    return { messages, atStart: previous === null };
  }

  /** `stale`: the message is gone, and nobody knows what came after it. */
  async after(id: string): Promise<Omit<Stretch, 'atStart'> & { stale: boolean }> {
    const { messages, truncated, stale } = await this.#page({ since_id: id });
    return { messages, atEnd: messages.length < pageSize && !truncated, stale };
  }

  /** A message, which may be one of another channel; null if it is gone. */
  async find(id: string): Promise<FeedMessage | null> {
    try {
      return toFeedMessage(await this.#api.message(id), this.#channel);
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'not_found') return null;
      throw error;
    }
  }

  async #page(query: { since_id?: string; before_id?: string; limit?: number }) {
    const page = await this.#api.messages({ channel: this.#channel, limit: pageSize, full: true, ...query });
    if (page.warning === 'paused') {
      throw new BridgeError('paused', 'the relay is paused and hands no messages out');
    }
    return {
      messages: page.messages.map((item) => toFeedMessage(item, this.#channel)),
      previous: page.previous_cursor,
      truncated: page.truncated === true,
      stale: page.warning !== undefined,
    };
  }
}
