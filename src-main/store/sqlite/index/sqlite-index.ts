import type { Database } from 'better-sqlite3';
import { BridgeError, toError } from '../../../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../../../src-shared/message.ts';
import type {
  MessageFacts,
  MessageIndex,
  OpenCount,
  OpenQuestionsRequest,
  SearchPage,
  SearchRequest,
  ThreadPage,
  ThreadRequest,
} from '../../message-index.ts';
import { Reader } from '../reading.ts';
import type { Outcome } from '../writes.ts';
import { collect } from './collecting.ts';
import { IndexWriter } from './index-writer.ts';
import { Indexer } from './indexer.ts';
import { type Keys, Matcher } from './match.ts';
import { type IndexStatements, prepareIndexStatements } from './statements.ts';
import { type Phrase, WordSplitter } from './words.ts';

export interface SqliteIndexOptions {
  db: Database;
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

  constructor({ db, push, onError }: SqliteIndexOptions) {
    this.#sql = prepareIndexStatements(db);
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

  async search({ query, channel, sender, type, beforeSeq, limit }: SearchRequest): Promise<SearchPage> {
    const phrases = query === undefined ? [] : await this.#reader.read(() => this.#splitter.phrases(query));
    const keys = { channel, sender, type };
    if (phrases.length === 0 && Object.values(keys).every((key) => key === undefined)) {
      throw new BridgeError('required', 'query is required', { field: 'query' });
    }
    await this.#indexer.catchUp();
    try {
      const found = await this.#find(phrases, keys, beforeSeq ?? newest, limit + 1);
      return page(found, limit, (hits, nextBefore) => ({ hits, nextBefore }));
    } catch (error) {
      await this.#indexer.heal(toError(error).cause);
      throw error;
    }
  }

  async thread({ key, channel, beforeSeq, limit }: ThreadRequest): Promise<ThreadPage> {
    await this.#indexer.catchUp();
    const found = await this.#collect(
      (last, rows) => this.#sql.ofThread.all({ key, before: last ?? beforeSeq ?? newest, rows }),
      (message) => channel === undefined || message.channel === channel,
      limit + 1,
    );
    return page(found, limit, (messages, nextBefore) => ({ messages: messages.reverse(), nextBefore }));
  }

  async openQuestions({ channel, limit }: OpenQuestionsRequest): Promise<StoredMessage[]> {
    await this.#indexer.catchUp();
    const { open, openOfChannel, floor } = this.#sql;
    if (channel === undefined) return this.#collect((last, rows) => open.all(last ?? 0, rows), always, limit);
    return this.#collect(
      (last, rows) => openOfChannel.all(channel, last ?? floor.get({ channel }) ?? 0, rows),
      always,
      limit,
    );
  }

  async openCounts(): Promise<Map<string, OpenCount>> {
    await this.#indexer.catchUp();
    const rows = await this.#reader.read(() => this.#sql.openCounts.all());
    return new Map(rows.map(({ channel, count, oldest_at }) => [channel, { count, oldestAt: oldest_at }]));
  }

  async facts(seqs: readonly number[]): Promise<Map<number, MessageFacts>> {
    await this.#indexer.catchUp();
    const facts = new Map<number, MessageFacts>();
    await this.#reader.read(() => {
      for (const seq of seqs) {
        const row = this.#sql.facts.get(seq);
        if (!row) continue;
        const { type, thread, id, reply_to: replyTo, recipient, open } = row;
        facts.set(seq, { type, thread: thread ?? id, replyTo, recipient, open: open === 1 });
      }
    });
    return facts;
  }

  /** To be called before the database is closed. What is under way is rejected. */
  stop(): void {
    this.#indexer.stop();
    this.#reader.close();
    this.#splitter.close();
  }

  /** The newest messages before `before` with all these phrases and keys. */
  async #find(phrases: Phrase[], keys: Keys, before: number, limit: number): Promise<StoredMessage[]> {
    const { channel, sender, type } = keys;
    const expression = await this.#reader.read(() => this.#matcher.expression(phrases, keys));
    if (expression === undefined) return [];
    // Two names may share a key.
    const isHit = (message: StoredMessage) =>
      (channel === undefined || message.channel === channel) &&
      (sender === undefined || message.sender === sender) &&
      (type === undefined || this.#sql.typeOf.get(message.seq) === type);
    const { matches, floor } = this.#sql;
    return this.#collect(
      (last, rows) => {
        const after = channel === undefined ? 0 : (floor.get({ channel }) ?? 0);
        return matches.all(expression, last ?? before, after, rows);
      },
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

/** Of one message more than fit on a page, those of the page, and where the next one begins. */
function page<T>(
  found: StoredMessage[],
  limit: number,
  make: (messages: StoredMessage[], nextBefore: number | null) => T,
): T {
  const messages = found.slice(0, limit);
  return make(messages, found.length > limit ? (messages.at(-1)?.seq ?? null) : null);
}
