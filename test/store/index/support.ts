import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import type { OpenCount, SearchRequest, ThreadRequest } from '../../../src-main/store/message-index.ts';
import { CommitQueue } from '../../../src-main/store/sqlite/commit-queue.ts';
import { SqliteIndex } from '../../../src-main/store/sqlite/index/sqlite-index.ts';
import { openDatabase } from '../../../src-main/store/sqlite/open.ts';
import { Origins } from '../../../src-main/store/sqlite/origins.ts';
import type { SqliteStore } from '../../../src-main/store/sqlite/sqlite-store.ts';
import { type ScratchDatabase, scratchDatabase } from '../support.ts';

export interface OpenedIndex {
  index: SqliteIndex;
  db: Database.Database;
  queue: CommitQueue;
  errors: unknown[];
  close(): void;
}

/** The index of a database on a connection of its own, as another process than the one that sends has it. */
export function openIndex(path: string): OpenedIndex {
  const { db } = openDatabase(path, 'normal');
  const errors: unknown[] = [];
  const queue = new CommitQueue(db, {
    begun: () => undefined,
    committed: () => undefined,
    undone: () => undefined,
  });
  const push = <T>(write: { promise: Promise<T> } & Parameters<CommitQueue['push']>[0]): Promise<T> => {
    queue.push(write);
    return write.promise;
  };
  const index = new SqliteIndex({
    db,
    origins: new Origins(db),
    push,
    onError: (error) => errors.push(error),
  });
  const close = () => {
    if (!db.open) return;
    index.stop();
    queue.drain();
    db.close();
  };
  return { index, db, queue, errors, close };
}

/** What is searched for, in one channel or in all. */
export type SearchConditions = Omit<SearchRequest, 'limit' | 'channels'> & { channel?: string | undefined };

export function searchRequest({ channel, ...conditions }: SearchConditions): Omit<SearchRequest, 'limit'> {
  return channel === undefined ? conditions : { ...conditions, channels: [channel] };
}

/** A thread of one channel or of all. */
export function threadRequest(id: string, channel?: string, limit = 10): ThreadRequest {
  return { id, channel, mayRead: () => true, limit };
}

/** What somebody sends: text as it is, anything else as JSON. */
export interface Sending {
  channel?: string;
  sender?: string;
  content: unknown;
}

/** A store and the index of its database. */
export class Library {
  readonly #database: ScratchDatabase;
  readonly #opened: OpenedIndex[] = [];
  store!: SqliteStore;

  /** A library that is gone when the test ends. */
  static async open(): Promise<Library> {
    const library = await Library.create();
    onTestFinished(() => library.remove());
    return library;
  }

  static async create(): Promise<Library> {
    const library = new Library(scratchDatabase());
    await library.reopen();
    return library;
  }

  private constructor(database: ScratchDatabase) {
    this.#database = database;
  }

  get path(): string {
    return this.#database.path;
  }

  get opened(): OpenedIndex {
    const opened = this.#opened.at(-1);
    if (!opened) throw new Error('the library is not open');
    return opened;
  }

  get index(): SqliteIndex {
    return this.opened.index;
  }

  /** Ends what is open and starts anew on the same file. */
  async reopen(): Promise<void> {
    this.#opened.at(-1)?.close();
    if (this.#opened.length > 0) await this.store.close();
    this.store = await this.#database.open({ durability: 'normal' });
    // What is tested is an index whose connection the test has in its hands.
    this.store.index.stop();
    this.openAnotherIndex();
  }

  /** A further index on the same file, as one more process has it. */
  openAnotherIndex(): SqliteIndex {
    const opened = openIndex(this.path);
    this.#opened.push(opened);
    return opened.index;
  }

  /** Sends a message and returns it. */
  async send({ channel = 'room', sender = 'alice', content }: Sending) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return (await this.store.append({ channel, sender, content: text })).message;
  }

  /** Sends one after the other and returns the ids. */
  async sendAll(...contents: unknown[]): Promise<string[]> {
    const ids: string[] = [];
    for (const content of contents) ids.push((await this.send({ content })).id);
    return ids;
  }

  /** Contents of what is found. */
  async find(asked: string | SearchConditions): Promise<string[]> {
    const conditions = typeof asked === 'string' ? { query: asked } : asked;
    const { hits } = await this.index.search({ limit: 50, ...searchRequest(conditions) });
    return hits.map(({ content }) => content);
  }

  /** Ids of the open questions of a channel. */
  async openIds(channel = 'room'): Promise<string[]> {
    const { messages } = await this.index.openQuestions({ channel, limit: 50 });
    return messages.map(({ id }) => id);
  }

  /** The channels that have open questions, with how many. */
  async openCounts(): Promise<Record<string, OpenCount>> {
    return Object.fromEntries((await this.index.openCounts()).channels);
  }

  /** A thread by the id of one of its messages or by its name. */
  async thread(id: string, channel?: string) {
    return (await this.index.thread(threadRequest(id, channel))).messages;
  }

  async remove(): Promise<void> {
    for (const opened of this.#opened) opened.close();
    await this.#database.remove();
  }
}

/** A structured message, as it is stored. */
export function structured(type: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { content: 'something', schema_version: 1, type, ...fields };
}

/** A connection that is closed when the test ends. */
export function connect(path: string): Database.Database {
  const connection = new Database(path);
  onTestFinished(() => {
    connection.close();
  });
  return connection;
}

/** Adds a row as another program does. */
export function insertRow(db: Database.Database, id: string, content: string, channel = 'room'): void {
  db.prepare(
    `INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, 'zoe', ?, '2026-01-01T00:00:00.000000Z')`,
  ).run(id, channel, content);
}
