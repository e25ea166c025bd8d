import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';
import { toFeedMessage, type FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { givenTerms, readTerms } from '../../../../src-shared/messages/search-text.ts';
import { MessageList } from './message-list.ts';

const pageSize = 100;

/** What was found in all channels. */
export class Search {
  readonly kind = 'search';
  /** Newest first. */
  readonly list: MessageList;
  readonly text: string;
  /** Whether the relay has answered. */
  answered = false;
  /** There is more than was fetched. */
  more = false;

  readonly #client: ApiClient;
  readonly #options: CallOptions;
  #messages: readonly FeedMessage[] = [];
  #before: string | undefined;

  /** @param text words and conditions, such as `rounding from:orion in:demo:work type:task` */
  constructor(client: ApiClient, text: string, options: CallOptions) {
    this.#client = client;
    this.#options = options;
    this.text = text;
    this.list = new MessageList(() => this.#messages, false);
  }

  /** Fetches the first results, or the next. */
  async ask(): Promise<void> {
    const query = {
      ...givenTerms(readTerms(this.text)),
      before_id: this.#before,
      limit: pageSize,
      full: true,
    };
    const { results, next_before } = await this.#client.search(query, this.#options);
    this.#messages = [
      ...this.#messages,
      ...results.map((message) => toFeedMessage(message, message.channel)),
    ];
    this.#before = next_before ?? undefined;
    this.more = next_before !== null;
    this.answered = true;
  }
}
