import type { Database } from 'better-sqlite3';
import { toError } from '../../../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../../../src-shared/message.ts';
import type {
  MessageIndex,
  OpenCounts,
  OpenQuestionsPage,
  OpenQuestionsRequest,
  SearchPage,
  SearchRequest,
  ThreadPage,
  ThreadRequest,
} from '../../message-index.ts';
import type { Origins } from '../origins.ts';
import { Reader } from '../reading.ts';
import type { Outcome } from '../outcome.ts';
import { collect } from './collecting.ts';
import { IndexWriter } from './index-writer.ts';
import { Indexer } from './indexer.ts';
import { Matcher } from './match.ts';
import { type IndexStatements, prepareIndexStatements } from './statements.ts';
import { type Phrase, WordSplitter } from './words.ts';

/** How long a search waits for the index to catch up, in ms; it lags seconds behind only while a file is taken over. */
const patience = 2_000;

/** The same for counts, which are asked for again and again. */
const littlePatience = 20;

export interface SqliteIndexOptions {
  db: Database;
  origins: Origins;
  /** Runs a write in the next transaction. */
  push: <T>(write: Outcome<T>) => Promise<T>;
  /** Told when background work failed; the work is tried again. */
  onError: (error: unknown) => void;
}

/** Finds messages through tables that lie beside them in the same file and follow them in the background. */
export class SqliteIndex implements MessageIndex {
  readonly #sql: IndexStatements;
  readonly #reader = new Reader();
  readonly #indexer: Indexer;
  readonly #splitter: WordSplitter;
  readonly #matcher: Matcher;

  constructor({ db, origins, push, onError }: SqliteIndexOptions) {
    this.#sql = prepareIndexStatements(db, origins);
    this.#matcher = new Matcher(db, this.#sql);
    this.#splitter = new WordSplitter(this.#sql.tableSql.get() ?? '');
    const writer = new IndexWriter(db, this.#sql);
    this.#indexer = new Indexer({ sql: this.#sql, writer, reader: this.#reader, push, onError });
    this.#indexer.start();
  }

  /** To be called after commits, here and elsewhere, that changed messages. */
  committed(): void {
    this.#indexer.committed();
  }

  async search(request: SearchRequest): Promise<SearchPage> {
    const { query, limit } = request;
    const phrases = query === undefined ? [] : await this.#reader.read(() => this.#splitter.phrases(query));
    const behind = await this.#indexer.catchUp(patience);
    try {
      const found = await this.#find(phrases, { ...request, limit: limit + 1 });
      return { hits: found.slice(0, limit), nextBefore: nextBefore(found, limit), behind };
    } catch (error) {
      await this.#indexer.heal(toError(error).cause);
      throw error;
    }
  }

  async thread({ id, channel, mayRead, beforeSeq, limit }: ThreadRequest): Promise<ThreadPage> {
    const behind = await this.#indexer.catchUp(patience);
    const named = await this.#reader.read(() => this.#sql.threadOf.get(id));
    const key = named && mayRead(named.channel) ? named.thread : id;
    const includes = (name: string) => mayRead(name) && (channel === undefined || name === channel);
    const open = await this.#reader.read(() => this.#sql.openOfThread.all(key));
    const found = await this.#collect(
      (last, rows) => this.#sql.ofThread.all({ key, before: last ?? beforeSeq ?? newest, rows }),
      (message) => includes(message.channel),
      limit + 1,
    );
    return {
      thread: key,
      messages: found.slice(0, limit).reverse(),
      nextBefore: nextBefore(found, limit),
      open: open.some(includes),
      behind,
    };
  }

  async openQuestions(request: OpenQuestionsRequest): Promise<OpenQuestionsPage> {
    const { channel, afterSeq, beforeSeq = newest, limit } = request;
    const behind = await this.#indexer.catchUp(patience);
    const { openAfter, openBefore } = this.#sql;
    if (afterSeq !== undefined) {
      const next = (last = afterSeq, rows: number) => openAfter.all({ channel, seq: last, rows });
      return { messages: await this.#collect(next, always, limit), behind };
    }
    const next = (last = beforeSeq, rows: number) => openBefore.all({ channel, seq: last, rows });
    return { messages: (await this.#collect(next, always, limit)).reverse(), behind };
  }

  /** Catches up a little. Resolves with how many messages the index is still behind at most. */
  refresh(): Promise<number> {
    return this.#indexer.catchUp(littlePatience);
  }

  async openCounts(): Promise<OpenCounts> {
    const behind = await this.refresh();
    const rows = await this.#reader.read(() => this.#sql.openCounts.all());
    const channels = rows.map(
      ({ channel, count, oldest_at: oldestAt }) => [channel, { count, oldestAt }] as const,
    );
    return { channels: new Map(channels), behind };
  }

  /** To be called before the database is closed. What is under way is rejected. */
  stop(): void {
    this.#indexer.stop();
    this.#reader.close();
    this.#splitter.close();
  }

  /** The newest messages with all these phrases, from these keys and between these bounds. */
  async #find(phrases: Phrase[], request: SearchRequest): Promise<StoredMessage[]> {
    const { channels, sender, type, afterSeq = 0, beforeSeq = newest, limit } = request;
    const expression = await this.#reader.read(() =>
      this.#matcher.expression(phrases, { channel: channels, sender, type }),
    );
    if (expression === undefined) return [];
    const wanted = channels && new Set(channels);
    // Two names may share a key.
    const isHit = (message: StoredMessage) =>
      (wanted?.has(message.channel) ?? true) &&
      (sender === undefined || message.sender === sender) &&
      (type === undefined || this.#sql.typeOf.get(message.seq) === type);
    const { matches, floor } = this.#sql;
    const [channel, ...others] = channels ?? [];
    const cleared = () => (channel === undefined || others.length > 0 ? 0 : (floor.get({ channel }) ?? 0));
    return this.#collect(
      (last = beforeSeq, rows) => matches.all(expression, last, Math.max(afterSeq, cleared()), rows),
      isHit,
      limit,
    );
  }

  #collect(
    next: (last: number | undefined, rows: number) => number[],
    accepts: (message: StoredMessage) => boolean,
    limit: number,
  ): Promise<StoredMessage[]> {
    const find = (seq: number) => this.#sql.message.get(seq);
    return collect({ reader: this.#reader, next, find, accepts, limit });
  }
}

const newest = Number.MAX_SAFE_INTEGER;
const always = () => true;

/** Where the page after this one begins: one message more was looked for than fits on it. */
function nextBefore(found: readonly StoredMessage[], limit: number): number | null {
  return found.length > limit ? (found[limit - 1]?.seq ?? null) : null;
}
