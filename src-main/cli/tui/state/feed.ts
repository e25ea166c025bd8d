import type { MessagesQuery } from '../../../../src-shared/api/messages.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';
import { threadOf, toFeedMessage, type FeedMessage } from '../../../../src-shared/messages/feed-message.ts';

/** Messages with which a channel begins, and that going back brings at a time. */
const pageSize = 200;

/** The same when what lies between is wanted whole. */
const largePage = 500;

/** Pages in a row that are asked for; with more missed, the feed begins anew. */
const mostPages = 20;

/** Messages that are kept; of more, the oldest are let go. */
const mostKept = 20_000;

/** The newest messages of a channel, without a gap up to the last one. It grows at both ends. */
export class Feed {
  readonly channel: string;
  /** In the order of the relay; another array after each change. */
  messages: readonly FeedMessage[] = [];
  phase: 'loading' | 'ready' | 'failed' = 'loading';
  /** Whether the first message of the channel is among them. */
  atStart = false;
  /** Why it is not ready. */
  problem: string | undefined;

  readonly #client: ApiClient;
  readonly #options: CallOptions;
  readonly #byId = new Map<string, FeedMessage>();
  /** What came live while the messages before it were on their way. */
  #early: FeedMessage[] = [];
  /** Raised when everything begins anew: pages that were asked for before no longer fit. */
  #generation = 0;
  #catchingUp = false;
  #olderPage: Promise<void> | undefined;

  constructor(client: ApiClient, channel: string, options: CallOptions) {
    this.#client = client;
    this.channel = channel;
    this.#options = options;
  }

  find(id: string): FeedMessage | undefined {
    return this.#byId.get(id);
  }

  /** Names the conversation of a message. */
  threadOf(message: FeedMessage): string {
    return threadOf(message, (id) => this.#byId.get(id));
  }

  /** Fetches the newest messages in place of those that are there. */
  async open(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const page = await this.#page({ limit: pageSize });
      const messages = [...page.messages];
      // A page that is cut for its size lacks its newest messages.
      for (let cut = page.cut; cut !== undefined;) {
        const next = await this.#page({ since_id: cut, limit: pageSize });
        messages.push(...next.messages);
        cut = next.cut;
      }
      if (generation !== this.#generation) return;
      this.#begin(messages, messages.length < pageSize);
    } catch (error) {
      if (generation !== this.#generation) return;
      if (!(error instanceof BridgeError)) throw error;
      this.problem = error.message;
      if (this.phase === 'loading') this.phase = 'failed';
    }
  }

  /** Fetches messages before the first one that is there. Who asks while they are on their way waits for the same. */
  older(limit = pageSize): Promise<void> {
    this.#olderPage ??= this.#fetchOlder(limit).finally(() => (this.#olderPage = undefined));
    return this.#olderPage;
  }

  async #fetchOlder(limit: number): Promise<void> {
    const [first] = this.messages;
    // What is let go at this end would be fetched again and again.
    if (!first || this.atStart || this.phase !== 'ready' || this.messages.length >= mostKept) return;
    const generation = this.#generation;
    const { messages, previous } = await this.#page({ before_id: first.id, limit });
    if (generation !== this.#generation) return;
    this.atStart = previous === null;
    this.#know(messages);
    this.messages = [...messages, ...this.messages];
  }

  /** Fetches older messages until `id` is among them. False if it is not there, or too far back. */
  async reach(id: string): Promise<boolean> {
    if (this.phase !== 'ready') await this.open();
    for (let page = 0; page < mostPages && !this.#byId.has(id) && !this.atStart; page++) {
      await this.older(largePage);
    }
    return this.#byId.has(id);
  }

  /** Fetches what lies behind the newest message that is there: the stream could not bring it. */
  async catchUp(): Promise<void> {
    if (this.phase !== 'ready') return this.open();
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    try {
      if (!(await this.#goOn())) await this.open();
    } finally {
      this.#catchingUp = false;
      this.#append(this.#early.splice(0));
    }
  }

  take(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (event.type === 'message' && event.message.channel === this.channel) {
        const message = toFeedMessage(event.message, this.channel);
        if (this.phase === 'ready' && !this.#catchingUp) this.#append([message]);
        else this.#early.push(message);
      } else if (event.type === 'clear' && event.channel === this.channel) {
        this.#clear(event.timestamp);
      }
    }
  }

  async #goOn(): Promise<boolean> {
    const generation = this.#generation;
    let since = this.messages.at(-1)?.id;
    if (since === undefined) return false;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await this.#page({ since_id: since, limit: largePage });
      if (page.stale || generation !== this.#generation) return false;
      this.#append(page.messages);
      since = page.messages.at(-1)?.id ?? since;
      if (page.messages.length < largePage && page.cut === undefined) return true;
    }
    return false;
  }

  /** Everything up to `timestamp` is gone. */
  #clear(timestamp: string): void {
    this.#generation++;
    this.#early = this.#early.filter((message) => message.timestamp > timestamp);
    this.#begin(
      this.messages.filter((message) => message.timestamp > timestamp),
      true,
    );
  }

  #begin(messages: readonly FeedMessage[], atStart: boolean): void {
    this.#byId.clear();
    this.#know(messages);
    this.messages = messages;
    this.atStart = atStart;
    this.phase = 'ready';
    this.problem = undefined;
    this.#append(this.#early.splice(0));
  }

  /** Adds what lies behind the newest message; the rest came another way already. */
  #append(messages: readonly FeedMessage[]): void {
    const last = this.messages.at(-1)?.seq ?? 0;
    const added = messages.filter(({ seq }) => seq > last);
    if (added.length === 0) return;
    this.#know(added);
    const all = [...this.messages, ...added];
    const gone = all.splice(0, Math.max(0, all.length - mostKept));
    for (const { id } of gone) this.#byId.delete(id);
    if (gone.length > 0) this.atStart = false;
    this.messages = all;
  }

  #know(messages: readonly FeedMessage[]): void {
    for (const message of messages) this.#byId.set(message.id, message);
  }

  async #page(query: Omit<MessagesQuery, 'channel' | 'full'>) {
    const page = await this.#client.messages({ channel: this.channel, full: true, ...query }, this.#options);
    if (page.warning === 'paused') {
      throw new BridgeError('paused', 'the relay is paused and hands no messages out');
    }
    return {
      messages: page.messages.map((item) => toFeedMessage(item, this.channel)),
      previous: page.previous_cursor,
      /** Where to go on when the page was cut for its size. */
      cut: page.truncated ? (page.next_cursor ?? undefined) : undefined,
      stale: page.warning === 'since_id_not_found',
    };
  }
}
