import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { toFeedMessage, type FeedMessage } from '../../src-shared/messages/feed-message.ts';

/** Messages that are kept; all of them have been on the screen. */
const most = 500;

/** Messages that others answer, and that no feed holds. */
export class Replied {
  readonly #api: ApiClient;
  #messages = $state.raw<ReadonlyMap<string, FeedMessage | null>>(new Map());
  readonly #asked = new Set<string>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** The message; null if it is gone, undefined if that is not known. */
  find(id: string): FeedMessage | null | undefined {
    return this.#messages.get(id);
  }

  want(id: string, channel: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    void this.#fetch(id, channel);
  }

  forget(): void {
    this.#messages = new Map();
    this.#asked.clear();
  }

  async #fetch(id: string, channel: string): Promise<void> {
    try {
      this.#keep(id, toFeedMessage(await this.#api.message(id), channel));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      if (error.code === 'not_found') this.#keep(id, null);
      else this.#asked.delete(id);
    }
  }

  #keep(id: string, message: FeedMessage | null): void {
    const kept = new Map(this.#messages).set(id, message);
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#messages = kept;
  }
}
