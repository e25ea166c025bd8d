import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { threadOf, toFeedMessage, type FeedMessage } from '../../src-shared/messages/feed-message.ts';
import { FeedPages, type Stretch } from './feed-pages.ts';

/** Something that happened to the channel besides messages. */
export interface FeedEvent {
  readonly id: string;
  readonly kind: 'clear' | 'trimmed';
  readonly removed: number;
  readonly at: number;
}

/** Pages in a row that are asked for when a stream could not be resumed; with more missed, the feed begins anew. */
const catchUpPages = 20;

/** Live messages that wait for what lies before them; of more, the pages bring the older ones. */
const mostEarly = 500;

type Loading = 'older' | 'newer';

/** An unbroken stretch of one channel's messages, which grows at both ends. */
export class Feed {
  readonly channel: string;
  /** In the order of the relay. */
  messages = $state.raw<readonly FeedMessage[]>([]);
  events = $state.raw<readonly FeedEvent[]>([]);
  /** `empty` until the first page is there; `failed` if it could not be had. */
  phase = $state<'empty' | 'failed' | 'ready'>('empty');
  /** Whether the first message of the channel is among them. */
  atStart = $state(false);
  /** Whether the newest one is. */
  atEnd = $state(true);
  loading = $state<Loading>();
  /** Why the last page could not be had. */
  problem = $state<string>();
  /** Messages that arrived while the end was not among them. */
  beyond = $state(0);

  readonly #pages: FeedPages;
  readonly #byId = new Map<string, FeedMessage>();
  readonly #threads = new Map<string, string>();
  /** Live messages that could not be added yet: what lies before them is not there. */
  #early: FeedMessage[] = [];
  /** Whether the stretch is about to be replaced by another. */
  #replacing = false;
  /** Raised when the stretch is replaced: pages that were asked for before no longer fit. */
  #generation = 0;

  constructor(api: ApiClient, channel: string) {
    this.#pages = new FeedPages(api, channel);
    this.channel = channel;
  }

  get newest(): FeedMessage | undefined {
    return this.messages.at(-1);
  }

  /** Looks at `messages` first, so that what shows the answer is drawn again when they change. */
  find(id: string): FeedMessage | undefined {
    return this.messages.length === 0 ? undefined : this.#byId.get(id);
  }

  threadOf(message: FeedMessage): string {
    let thread = this.#threads.get(message.id);
    if (thread === undefined) {
      thread = threadOf(message, (id) => this.#byId.get(id));
      this.#threads.set(message.id, thread);
    }
    return thread;
  }

  /** Shows the newest messages; with `after`, those around the first one behind it. */
  async open(after?: string): Promise<void> {
    await this.#replace(async () => {
      const behind = after === undefined ? undefined : await this.#pages.behind(after);
      return behind ?? this.#pages.newest();
    });
  }

  /**
   * Shows the messages around `id` if they are not shown already, and answers the message. Nothing changes if it is gone
   * (the answer is null) or on another channel.
   */
  async reach(id: string): Promise<FeedMessage | null> {
    const known = this.#byId.get(id);
    if (known) return known;
    const target = await this.#pages.find(id);
    if (target?.channel === this.channel) await this.#replace(() => this.#pages.around(target));
    return target;
  }

  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first || this.atStart || this.loading) return;
    await this.#load('older', async (generation) => {
      const page = await this.#pages.before(first.id);
      if (generation !== this.#generation) return;
      this.atStart = page.atStart;
      this.#know(page.messages);
      // What these say may be the root of conversations that were seen in part.
      this.#threads.clear();
      this.messages = [...page.messages, ...this.messages];
    });
  }

  async newer(): Promise<void> {
    const last = this.newest;
    if (!last || this.atEnd || this.loading) return;
    await this.#load('newer', async (generation) => {
      const page = await this.#pages.after(last.id);
      if (generation !== this.#generation) return;
      if (page.stale) {
        await this.open();
        return;
      }
      this.#append(page.messages);
      this.beyond = Math.max(0, this.beyond - page.messages.length);
      this.atEnd = page.atEnd;
      this.#addEarly();
    });
  }

  /** Goes on from the newest message that is there: the stream could not. */
  async catchUp(): Promise<void> {
    // Its first page is on the way, and what is new comes with it.
    if (this.phase === 'empty') return;
    if (this.phase === 'failed' || !this.newest) await this.open();
    else if (this.atEnd && !(await this.#goOn())) await this.open();
  }

  /** Fetches page after page up to the end. False if that is too far; after a failure the next return tries again. */
  async #goOn(): Promise<boolean> {
    this.atEnd = false;
    for (let page = 0; page < catchUpPages; page++) {
      const before = this.newest;
      await this.newer();
      if (this.#isAtEnd()) return true;
      if (this.newest === before) return this.problem !== undefined;
    }
    return false;
  }

  /** As a question of its own, since it changes while one waits. */
  #isAtEnd(): boolean {
    return this.atEnd;
  }

  take(events: readonly StreamEvent[]): void {
    const arrived: FeedMessage[] = [];
    for (const event of events) {
      if (event.type === 'message' && event.message.channel === this.channel) {
        arrived.push(toFeedMessage(event.message, this.channel));
      } else if ((event.type === 'clear' || event.type === 'trimmed') && event.channel === this.channel) {
        if (event.type === 'clear') {
          arrived.length = 0;
          this.#clear(event.timestamp);
        }
        const { id, removed, timestamp, type: kind } = event;
        if (removed > 0) this.events = [...this.events, { id, kind, removed, at: Date.parse(timestamp) }];
      }
    }
    if (arrived.length === 0) return;
    if (this.phase === 'ready' && this.atEnd && !this.#replacing) {
      this.#append(arrived);
      return;
    }
    this.#early = [...this.#early, ...arrived].slice(-mostEarly);
    if (this.phase === 'ready') this.beyond += arrived.length;
  }

  /** Everything up to `timestamp` is gone. */
  #clear(timestamp: string): void {
    this.#generation++;
    this.messages = this.messages.filter((message) => message.timestamp > timestamp);
    this.#byId.clear();
    this.#threads.clear();
    this.#know(this.messages);
    this.#early = this.#early.filter((message) => message.timestamp > timestamp);
    this.phase = 'ready';
    this.atStart = true;
    this.atEnd = true;
    this.loading = undefined;
    this.#replacing = false;
    this.#addEarly();
  }

  #begin({ messages, atStart, atEnd }: Stretch): void {
    this.#byId.clear();
    this.#threads.clear();
    this.#know(messages);
    this.messages = messages;
    this.atStart = atStart;
    this.atEnd = atEnd;
    this.beyond = 0;
    this.phase = 'ready';
    this.#addEarly();
  }

  /** Adds what came live meanwhile, as soon as nothing is missing before it. */
  #addEarly(): void {
    if (!this.atEnd) return;
    this.#append(this.#early);
    this.#early = [];
    this.beyond = 0;
  }

  /** Adds what lies behind the newest message; the rest came another way already. */
  #append(messages: readonly FeedMessage[]): void {
    const last = this.newest?.seq ?? 0;
    const added = messages.filter(({ seq }) => seq > last);
    if (added.length === 0) return;
    this.#know(added);
    this.messages = [...this.messages, ...added];
  }

  #know(messages: readonly FeedMessage[]): void {
    for (const message of messages) this.#byId.set(message.id, message);
  }

  async #replace(load: () => Promise<Stretch>): Promise<void> {
    const generation = ++this.#generation;
    this.loading = undefined;
    this.problem = undefined;
    this.#replacing = true;
    try {
      const stretch = await load();
      if (generation === this.#generation) this.#begin(stretch);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#failed(error);
      if (this.phase === 'empty') this.phase = 'failed';
      else this.#addEarly();
    } finally {
      if (generation === this.#generation) this.#replacing = false;
    }
  }

  async #load(what: Loading, load: (generation: number) => Promise<void>): Promise<void> {
    const generation = this.#generation;
    this.loading = what;
    this.problem = undefined;
    try {
      await load(generation);
    } catch (error) {
      if (generation === this.#generation) this.#failed(error);
    } finally {
      if (generation === this.#generation) this.loading = undefined;
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof BridgeError)) throw error;
    this.problem = error.message;
  }
}
