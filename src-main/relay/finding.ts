import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../src-shared/message.ts';
import type { OpenCount } from '../store/message-index.ts';
import type { MessageStore } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import { seqBefore } from './cursor.ts';
import { fitIntoBytes, fitNewestIntoBytes, type Page } from './page.ts';
import type { Pausing } from './pausing.ts';
import type { Presence } from './presence.ts';
import { pausedPage, type ReceiveQuery } from './receiving.ts';

/** Which part of what is found is wanted. */
interface Stretch {
  /** Id of a message or event; what lies before it is returned. */
  before?: string | undefined;
  limit: number;
  /** Content bytes that the page may carry; at least one message always fits. */
  maxBytes?: number | undefined;
}

export interface SearchQuery extends Stretch {
  /** Words, "phrases" and beginnings*, all of which must occur; needed unless there is another condition. */
  query?: string | undefined;
  channel?: string | undefined;
  sender?: string | undefined;
  type?: string | undefined;
  /** Id of a message or event; only what lies after it is returned. */
  since?: string | undefined;
  /** Who searches. Its position does not matter, and what it finds does not count as read. */
  consumer?: string | undefined;
}

export interface ThreadQuery extends Stretch {
  /** Id of any message of the thread, else its name. */
  id: string;
  channel?: string | undefined;
}

/** Messages that were found by something else than their place in a channel. */
export interface FoundPage {
  messages: StoredMessage[];
  /** `before` of the page that goes on backwards, or null if there is none. */
  previousCursor: string | null;
  /** A cursor is unknown: it was cleared, expired, or never there. */
  stale: boolean;
  /** The relay is paused: it hands nothing out, whatever there is. */
  paused: boolean;
  /** The newest messages, at most so many, that the index does not know yet. */
  behind: number;
}

export interface ThreadPage extends FoundPage {
  thread: string;
  /** A task or question in it waits for its answer. */
  open: boolean;
}

export interface OpenPage extends Page {
  behind: number;
}

export interface OpenOverview {
  channels: ReadonlyMap<string, OpenCount>;
  total: number;
}

export interface FindingParts {
  store: MessageStore;
  presence: Presence;
  pausing: Pausing;
}

/** What is found while nothing is handed out. */
const nothing = { messages: [], previousCursor: null, stale: false, paused: true, behind: 0 };

/** Messages by what they say and by what they answer (wire specification 6.9). */
export class Finding {
  readonly #store: MessageStore;
  readonly #presence: Presence;
  readonly #pausing: Pausing;

  constructor({ store, presence, pausing }: FindingParts) {
    this.#store = store;
    this.#presence = presence;
    this.#pausing = pausing;
  }

  /**
   * Messages that match, newest first, of channels that may be read. An unknown cursor is not an error: the page is
   * empty and `stale`.
   * @throws BridgeError `missing_right`, or `required`, `invalid_value`, `too_long` or `too_many` with the field `query`
   */
  async search(asked: SearchQuery, actor: Actor): Promise<FoundPage> {
    const { channel, before, since, consumer, maxBytes, ...conditions } = asked;
    const { query, sender, type } = conditions;
    if ([channel, query, sender, type].every((condition) => condition === undefined)) {
      throw new BridgeError('required', 'query is required', { field: 'query' });
    }
    const channels = await this.#channelsToSearch(channel, actor);
    if (consumer !== undefined && channel !== undefined) this.#presence.saw(consumer, channel, actor);
    if (await this.#pausing.state()) return nothing;
    const bounds = await this.#bounds(channel, { before, since });
    if (!bounds) return { messages: [], previousCursor: null, stale: true, paused: false, behind: 0 };
    const request = { ...conditions, channels, ...bounds };
    const { hits, nextBefore, behind } = await this.#store.index.search(request);
    const messages = fitIntoBytes(hits, maxBytes);
    const isCut = nextBefore !== null || messages.length < hits.length;
    return {
      messages,
      previousCursor: isCut ? (messages.at(-1)?.id ?? null) : null,
      stale: false,
      paused: false,
      behind,
    };
  }

  /**
   * The newest messages of a thread, oldest first, as far as its channels may be read.
   * @throws BridgeError `missing_right`, or `not_found` when there is none
   */
  async thread({ id, channel, before, limit, maxBytes }: ThreadQuery, actor: Actor): Promise<ThreadPage> {
    const { access } = actor;
    if (channel !== undefined) access.require('read', channel);
    if (await this.#pausing.state()) return { ...nothing, thread: id, open: false };
    const mayRead = (name: string) => access.mayRead(name);
    const bounds = await this.#bounds(undefined, { before });
    const found = await this.#store.index.thread({ id, channel, mayRead, ...bounds, limit });
    const { thread, open, behind } = found;
    if (!bounds)
      return { thread, messages: [], previousCursor: null, open, stale: true, paused: false, behind };
    if (found.messages.length === 0 && before === undefined) {
      throw new BridgeError('not_found', 'not found', { field: 'id' });
    }
    const messages = fitNewestIntoBytes(found.messages, maxBytes);
    const isCut = found.nextBefore !== null || messages.length < found.messages.length;
    return {
      thread,
      messages,
      previousCursor: isCut ? (messages[0]?.id ?? null) : null,
      open,
      stale: false,
      paused: false,
      behind,
    };
  }

  /**
   * A page of those tasks and questions of a channel that nothing has settled yet, oldest first, with the cursors of an
   * ordinary page. A consumer's position does not matter, and what it is shown does not count as read.
   * @throws BridgeError `missing_right`
   */
  async openQuestions(query: ReceiveQuery, actor: Actor): Promise<OpenPage> {
    const { channel, before, since, consumer, limit, maxBytes } = query;
    actor.access.require('read', channel);
    if (consumer !== undefined) this.#presence.saw(consumer, channel, actor);
    const cursor = before ?? since ?? null;
    if (await this.#pausing.state()) return { ...pausedPage(query), behind: 0 };
    const page = {
      ...{ channel, nextCursor: cursor, lost: undefined, consumer, paused: false },
      delivered: () => undefined,
    };
    // As in an ordinary page, the one wins over the other.
    const bounds = await this.#bounds(channel, before === undefined ? { since } : { before });
    if (!bounds) {
      const lost = await this.#store.lostSince(channel, cursor ?? '');
      return { ...page, messages: [], lost, stale: true, truncated: false, behind: 0 };
    }
    const { messages: found, behind } = await this.#store.index.openQuestions({ channel, ...bounds, limit });
    const fit = since === undefined || before !== undefined ? fitNewestIntoBytes : fitIntoBytes;
    const messages = fit(found, maxBytes);
    return {
      ...page,
      messages,
      nextCursor: messages.at(-1)?.id ?? cursor,
      stale: false,
      truncated: messages.length < found.length,
      behind,
    };
  }

  /** How many tasks and questions are open, and since when, for each channel that has some and may be read. */
  async openCounts({ access }: Actor): Promise<OpenOverview> {
    const { channels } = await this.#store.index.openCounts();
    let total = 0;
    for (const [channel, { count }] of channels) {
      if (access.mayRead(channel)) total += count;
      else channels.delete(channel);
    }
    return { channels, total };
  }

  /** The one that was named, else those that may be read, or undefined for all. */
  async #channelsToSearch(channel: string | undefined, { access }: Actor): Promise<string[] | undefined> {
    const { readable } = access;
    if (channel !== undefined) access.require('read', channel);
    if (channel !== undefined) return [channel];
    if (!readable) return undefined;
    const summaries = await this.#store.channels();
    return summaries.map((summary) => summary.channel).filter((name) => readable.has(name));
  }

  /** What lies between two cursors; undefined if one of them is unknown in this channel, or in any. */
  async #bounds(
    channel: string | undefined,
    { before, since }: { before?: string | undefined; since?: string | undefined },
  ): Promise<{ beforeSeq?: number | undefined; afterSeq?: number | undefined } | undefined> {
    const beforeSeq = before === undefined ? undefined : await seqBefore(this.#store, channel, before);
    const after = since === undefined ? undefined : await this.#store.locate(channel, since);
    if (before !== undefined && beforeSeq === undefined) return undefined;
    if (since !== undefined && !after) return undefined;
    return { beforeSeq, afterSeq: after?.seq };
  }
}
