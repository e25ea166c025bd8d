import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { AuditResponse, ClearRequest, ClearResponse, SendRequest } from '../../src-shared/api.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import { utf8Bytes } from '../../src-shared/text.ts';
import type { ChannelSummary, MessageStore, Totals } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audit } from './audit.ts';
import type { RelayLimits } from './limits.ts';
import { LiveFeed, type SubscribeQuery } from './live-feed.ts';
import { fitIntoBytes, type Page } from './page.ts';
import type { StreamSink, Subscription } from './subscription.ts';

export interface RelayParts {
  store: MessageStore;
  audit: Audit;
  limits: () => RelayLimits;
}

/** What a reader asks for: the newest messages, or the oldest after a cursor. */
export interface ReceiveQuery {
  channel: string;
  /** Id of a message or event of this channel; what lies after it is returned. */
  since?: string | undefined;
  limit: number;
  /** Content bytes that the page may carry; at least one message always fits. */
  maxBytes?: number | undefined;
}

/**
 * The domain: the one way in (`send`) and the ways out (pages and the live feed). HTTP, MCP and the command line are
 * thin faces of it and hold no rule of their own.
 */
export class Relay {
  readonly #store: MessageStore;
  readonly #audit: Audit;
  readonly #limits: () => RelayLimits;
  readonly #feed: LiveFeed;

  constructor({ store, audit, limits }: RelayParts) {
    this.#store = store;
    this.#audit = audit;
    this.#limits = limits;
    this.#feed = new LiveFeed(store, limits);
  }

  /**
   * Stores a message. Resolves when it is as durable as the store promises.
   * @throws BridgeError `too_large` when the content exceeds the limit, `storage_*` when the store cannot take it.
   */
  async send(request: SendRequest, actor: Actor = {}): Promise<StoredMessage> {
    const { maxMessageBytes } = this.#limits();
    if (utf8Bytes(request.content) > maxMessageBytes) {
      throw new BridgeError('too_large', `content is too large: it exceeds ${maxMessageBytes} bytes`, {
        field: 'content',
      });
    }
    const { message, opensChannel } = await this.#store.append(request);
    if (opensChannel) {
      this.#audit.record({
        event: 'channel_create',
        channel: message.channel,
        detail: `first message by ${message.sender}`,
        ip: actor.address,
      });
    }
    return message;
  }

  /**
   * A page of a channel, oldest first (wire specification 3.4). An unknown cursor is not an error: the page is empty
   * and `stale`.
   */
  async receive({ channel, since, limit, maxBytes }: ReceiveQuery): Promise<Page> {
    if (since === undefined) {
      return fitIntoBytes(channel, await this.#store.latest(channel, limit), { cursor: null, maxBytes });
    }
    const position = await this.#store.locate(channel, since);
    if (!position) return { channel, messages: [], nextCursor: since, stale: true, truncated: false };
    return fitIntoBytes(channel, await this.#store.after(channel, position.seq, limit), {
      cursor: since,
      maxBytes,
    });
  }

  /** @throws BridgeError `not_found` */
  async find(id: string): Promise<StoredMessage> {
    const message = await this.#store.find(id);
    if (!message) throw new BridgeError('not_found', 'not found', { field: 'id' });
    return message;
  }

  channels(): Promise<ChannelSummary[]> {
    return this.#store.channels();
  }

  totals(): Promise<Totals> {
    return this.#store.totals();
  }

  /** Empties a channel. Clearing nothing is fine and still an event on its streams (3.8). */
  async clear({ channel }: ClearRequest, actor: Actor = {}): Promise<ClearResponse> {
    const { cleared } = await this.#store.clear(channel);
    this.#audit.record({
      event: 'channel_clear',
      channel,
      detail: `${cleared} message(s)`,
      ip: actor.address,
    });
    return { channel, cleared };
  }

  /**
   * Opens a live stream of a channel that writes to what `open` makes, until that closes or the relay stops.
   * @throws BridgeError `too_many_subscribers` or `too_many_channel_subscribers`
   */
  subscribe(query: SubscribeQuery, open: () => StreamSink): Promise<Subscription> {
    return this.#feed.subscribe(query, open);
  }

  get subscribers(): number {
    return this.#feed.size;
  }

  /** Streams that are behind and being read forward from the store. */
  get laggingSubscribers(): number {
    return this.#feed.lagging;
  }

  get auditEnabled(): boolean {
    return this.#audit.enabled;
  }

  auditLog(limit: number): Promise<AuditResponse> {
    return this.#audit.read(limit);
  }

  /** Touches the store. */
  ping(): Promise<void> {
    return this.#store.ping();
  }

  /** Ends every stream. The store is closed by its owner. */
  stop(): void {
    this.#feed.stop();
  }
}
