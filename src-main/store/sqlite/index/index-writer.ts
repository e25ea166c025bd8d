import Database from 'better-sqlite3';
import { entryOf, spaced } from './entry.ts';
import { keyToken } from './key-tokens.ts';
import type { IndexStatements, UnindexedRow, WordsRow } from './statements.ts';

/** What one step may take, in ms: sends that share its transaction wait for it. */
const stepBudget = 4;

/**
 * How much one step does, in characters of content. A row counts for some by itself, and so does what is removed. The
 * bounds keep a disturbed measurement from making steps useless or long.
 */
const rowEffort = 50;
const removalEffort = 100;
const leastEffort = 20_000;
const mostEffort = 120_000;
const firstEffort = 60_000;

/** Pages that one step merges: about 1 ms, and more than a step of rows adds. */
const mergePages = 32;

/** Types that ask for something, and types that settle what was asked. */
const asking: ReadonlySet<string> = new Set(['task', 'question']);
const settling: ReadonlySet<string> = new Set(['result', 'answer', 'error']);

export interface StepOutcome {
  /** There was nothing left to do. */
  idle: boolean;
  /** In ms. */
  took: number;
  /** Set if nothing was written because of it. */
  error?: unknown;
}

/**
 * Writes the index in small steps, each of which moves the index and its watermark together. Steps run inside
 * transactions that others may share: what fails is undone and told, so that it does not fail for them.
 */
export class IndexWriter {
  readonly #db: Database.Database;
  readonly #sql: IndexStatements;
  #effort = firstEffort;

  constructor(db: Database.Database, sql: IndexStatements) {
    this.#db = db;
    this.#sql = sql;
  }

  /** Does the next bit of work. */
  step(): StepOutcome {
    const outcome = this.#attempt(() => this.#write());
    this.#adapt(outcome.took);
    return outcome;
  }

  /** Forgets all words, so that the next steps bring them back. Notes on messages stay valid and are overwritten. */
  startOver(): StepOutcome {
    return this.#attempt(() => {
      this.#sql.deleteAllWords.run();
      this.#sql.moveOn.run(0);
      this.#sql.isWhole.run();
      return false;
    });
  }

  /** @param write returns whether there was nothing to do */
  #attempt(write: () => boolean): StepOutcome {
    const started = performance.now();
    const took = () => performance.now() - started;
    try {
      const idle = this.#db.transaction(write)();
      return { idle, took: took() };
    } catch (error) {
      // After some failures SQLite has undone the whole transaction by itself.
      if (!this.#db.inTransaction) throw error;
      return { idle: false, took: took(), error };
    }
  }

  #write(): boolean {
    const rows = this.#unindexed();
    // The words come last and together: between them, every statement that fires a trigger would make FTS5 write out
    // what it has collected so far.
    const words = rows.map((row) => this.#follow(row)).filter((row) => row !== undefined);
    for (const row of words) this.#sql.insertWords.run(...row);
    const last = rows.at(-1);
    if (last) this.#sql.moveOn.run(last[0]);
    const removed = last ? 0 : this.#remove();
    if (this.#merge(mergePages) || last || removed > 0) return false;
    return !this.#mergeAll();
  }

  /** The next rows, as many as one step can take: at least one. */
  #unindexed(): UnindexedRow[] {
    const rows: UnindexedRow[] = [];
    let effort = 0;
    const limit = Math.ceil(this.#effort / rowEffort);
    for (const row of this.#sql.unindexed.iterate(this.#sql.indexedSeq.get() ?? 0, limit)) {
      rows.push(row);
      effort += rowEffort + row[4].length;
      if (effort >= this.#effort) break;
    }
    return rows;
  }

  /** Notes what a message says about itself. Returns its words, unless it was cleared. */
  #follow([seq, id, channel, sender, content, cleared]: UnindexedRow): WordsRow | undefined {
    if (cleared) return undefined;
    const { text, facts } = entryOf(content);
    let keys = `${keyToken('channel', channel)} ${keyToken('sender', sender)}`;
    if (!facts) return [seq, spaced(text), spaced(sender), null, null, keys];

    const { type, replyTo, recipient } = facts;
    const target = replyTo === null ? undefined : this.#sql.replyTarget.get(replyTo);
    const thread = facts.thread ?? target?.thread ?? replyTo;
    this.#sql.insertFacts.run(seq, type, thread, replyTo, recipient);
    if (facts.structured && asking.has(type)) {
      this.#sql.openQuestion.run(seq, channel, thread ?? id);
    } else if (facts.structured && settling.has(type)) {
      this.#sql.settleThread.run(thread ?? id, seq);
      if (target && target.seq < seq) this.#sql.settleQuestion.run(target.seq);
    }
    keys += ` ${keyToken('type', type)}`;
    return [seq, spaced(text), spaced(sender), thread, type, keys];
  }

  /** Takes the words of removed messages out of the index. */
  #remove(): number {
    const seqs = this.#sql.removed.all(Math.ceil(this.#effort / removalEffort));
    for (const seq of seqs) this.#sql.deleteWords.run(seq);
    const last = seqs.at(-1);
    if (last !== undefined) this.#sql.forgetRemoved.run(last);
    return seqs.length;
  }

  /** Merges a bit of the index, which grows in pieces. Returns whether there was something to merge. */
  #merge(pages: number): boolean {
    // SQLite's documentation of the command: fewer than two changes mean that it had nothing to do.
    const before = this.#sql.totalChanges.get() ?? 0;
    this.#sql.merge.run(pages);
    return (this.#sql.totalChanges.get() ?? 0) - before >= 2;
  }

  /**
   * Goes on making the index one piece, when nothing else is to do and enough has come since: a search looks into every piece.
   * Returns whether there was something to merge.
   */
  #mergeAll(): boolean {
    if (!this.#sql.isInPieces.get()) return false;
    if (this.#merge(-mergePages)) return true;
    this.#sql.isWhole.run();
    return false;
  }

  #adapt(took: number): void {
    if (took > stepBudget) this.#effort = Math.max(leastEffort, this.#effort / 2);
    else if (took < stepBudget / 2) this.#effort = Math.min(mostEffort, this.#effort * 1.5);
  }
}

/** Whether the tables of the index contradict each other. It is made of messages, so it can be made again. */
export function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_CORRUPT_VTAB';
}
