import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';
import { envelopeOf, toFeedMessage, type FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { MessageList } from './message-list.ts';

const pageSize = 200;

/** The conversation to which a message belongs, over all channels. */
export class Thread {
  readonly kind = 'thread';
  /** Oldest first. */
  readonly list: MessageList;
  /** Its name, or the id of its first message; undefined until the relay has said. */
  name: string | undefined;
  /** A task or question in it waits for its answer. */
  open = false;

  readonly #client: ApiClient;
  readonly #options: CallOptions;
  #messages: readonly FeedMessage[];
  readonly #ids = new Set<string>();

  /** @param message shown at once, until the others are there */
  constructor(client: ApiClient, message: FeedMessage, options: CallOptions) {
    this.#client = client;
    this.#options = options;
    this.#messages = [message];
    this.list = new MessageList(() => this.#messages, true);
    this.list.select(message.id);
  }

  async ask(): Promise<void> {
    const { id = '' } = this.#messages[0] ?? {};
    const answer = await this.#client.thread({ id, limit: pageSize, full: true }, this.#options);
    this.name = answer.thread;
    this.open = answer.open;
    this.#set(answer.messages.map((message) => toFeedMessage(message, message.channel)));
  }

  take(events: readonly StreamEvent[]): void {
    const all = this.#messages.filter(
      (message) =>
        !events.some(
          (event) =>
            event.type === 'clear' &&
            event.channel === message.channel &&
            message.timestamp <= event.timestamp,
        ),
    );
    for (const event of events) {
      if (event.type !== 'message' || this.#ids.has(event.message.id)) continue;
      const message = toFeedMessage(event.message, event.message.channel);
      if (!this.#belongs(message)) continue;
      this.#ids.add(message.id);
      all.push(message);
    }
    if (all.length !== this.#messages.length) this.#set(all);
  }

  #belongs(message: FeedMessage): boolean {
    const { thread_id, correlation_id, reply_to } = envelopeOf(message) ?? {};
    if (reply_to !== undefined && this.#ids.has(reply_to)) return true;
    return this.name !== undefined && (thread_id ?? correlation_id) === this.name;
  }

  #set(messages: readonly FeedMessage[]): void {
    this.#messages = messages;
    this.#ids.clear();
    for (const { id } of messages) this.#ids.add(id);
  }
}
