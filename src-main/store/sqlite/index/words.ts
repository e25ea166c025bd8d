import Database from 'better-sqlite3';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { spaced } from './entry.ts';

/** Limits of one query: each of its words is looked up in every piece of the index. */
const maxCharacters = 1_000;
const maxWords = 64;

/** A quotation, whose end may be missing, or a word. */
const written = /"([^"]*)(?:"(\*?)|$)|([^\s"]+)/g;

/** An asterisk right behind a letter or digit stands for any ending. */
const anyEnding = /[\p{L}\p{N}\p{M}]\*+$/u;

/** Words in a row that a message must hold, in the form in which the index knows them. */
export interface Phrase {
  words: string[];
  /** The last word may go on in any way. */
  prefix: boolean;
}

/** Splits queries into words as the index does it: by a table like its own, in memory. */
export class WordSplitter {
  readonly #db: Database.Database;
  readonly #insert: Database.Statement<[number, string]>;
  readonly #words: Database.Statement<[], [phrase: number, word: string]>;
  readonly #empty: Database.Statement<[]>;

  /** @param table the statement that makes the full-text table `relay_search` */
  constructor(table: string) {
    this.#db = new Database(':memory:');
    this.#db.exec(table);
    this.#db.exec('CREATE VIRTUAL TABLE words USING fts5vocab(relay_search, instance)');
    this.#insert = this.#db.prepare(
      'INSERT INTO relay_search (rowid, content) VALUES (CAST(? AS INTEGER), ?)',
    );
    this.#words = this.#db
      .prepare<[], [number, string]>('SELECT doc, term FROM words ORDER BY doc, offset')
      .raw();
    this.#empty = this.#db.prepare(`INSERT INTO relay_search (relay_search) VALUES ('delete-all')`);
  }

  /**
   * What a query asks for: at least one phrase of at least one word.
   * @throws BridgeError `invalid_value`, `too_long` or `too_many` with the field `query`
   */
  phrases(query: string): Phrase[] {
    if (query.length > maxCharacters) {
      throw queryFault('too_long', `must be at most ${maxCharacters} characters`);
    }
    this.#empty.run();
    const phrases: Phrase[] = [];
    for (const [, quoted, star, plain] of query.replace(/[“”„]/g, '"').matchAll(written)) {
      const text = quoted ?? plain ?? '';
      phrases.push({ words: [], prefix: anyEnding.test(`${text}${star ?? ''}`) });
      this.#insert.run(phrases.length, spaced(text));
    }
    const words = this.#words.all();
    if (words.length === 0) throw queryFault('invalid_value', 'must hold a letter or a digit');
    if (words.length > maxWords) throw queryFault('too_many', `must hold at most ${maxWords} words`);
    for (const [phrase, word] of words) phrases[phrase - 1]?.words.push(word);
    return phrases.filter((phrase) => phrase.words.length > 0);
  }

  close(): void {
    this.#db.close();
  }
}

export function queryFault(code: 'invalid_value' | 'too_long' | 'too_many', says: string): BridgeError {
  return new BridgeError(code, `query ${says}`, { field: 'query' });
}
