import type { Database, Statement } from 'better-sqlite3';
import { type KeyKind, keyToken } from './key-tokens.ts';
import type { IndexStatements } from './statements.ts';
import { type Phrase, queryFault } from './words.ts';

/** Most words with the same beginning that are looked up one by one. */
const maxEndings = 100;

/**
 * Most messages in which SQLite itself may look for words with the same beginning. It reads everything that is known
 * about them before the first result: about 5 ms for this many.
 */
const fewMessages = 100_000;

/** Below every character that a word may hold. */
const lowest = '\u0001';

/** Most names of one kind that a search is narrowed down to; of more, what is found has to be compared with them. */
const maxNames = 100;

/** What the keys of a message must be, or one of which they must be. */
type Keys = Partial<Record<KeyKind, string | readonly string[] | undefined>>;

/** Says in the language of FTS5 what to look for. It is made of known words only, so nothing in it can be an operator. */
export class Matcher {
  readonly #sql: IndexStatements;
  readonly #nextWord: Statement<[string], string>;

  constructor(db: Database, sql: IndexStatements) {
    db.exec(
      'CREATE VIRTUAL TABLE IF NOT EXISTS temp.relay_words USING fts5vocab(main, relay_search, instance)',
    );
    this.#sql = sql;
    this.#nextWord = db
      .prepare<[string], string>('SELECT term FROM temp.relay_words WHERE term >= ? LIMIT 1')
      .pluck();
  }

  /**
   * The expression for messages with all these phrases and keys; undefined if no message can have them, or if there is
   * nothing to look for.
   * @throws BridgeError `invalid_value` with the field `query` if a beginning fits too many words
   */
  expression(phrases: readonly Phrase[], keys: Keys): string | undefined {
    const parts: string[] = [];
    for (const phrase of phrases) {
      const part = phrase.prefix ? this.#anyOf(phrase) : quoted(phrase.words);
      if (part === '') return undefined;
      parts.push(`- keys : (${part})`);
    }
    for (const kind of ['channel', 'sender', 'type'] as const) {
      const names = typeof keys[kind] === 'string' ? [keys[kind]] : keys[kind];
      if (names?.length === 0) return undefined;
      if (!names || names.length > maxNames) continue;
      parts.push(`keys : (${names.map((name) => `"${keyToken(kind, name)}"`).join(' OR ')})`);
    }
    return parts.length === 0 ? undefined : parts.join(' AND ');
  }

  /** A phrase whose last word is a beginning, or nothing if no word begins like that. */
  #anyOf({ words }: Phrase): string {
    const beginning = words.at(-1) ?? '';
    const before = words.slice(0, -1);
    const known = this.#wordsLike(beginning);
    if (known.length <= maxEndings) return known.map((word) => quoted([...before, word])).join(' OR ');
    const span = (this.#sql.newestSeq.get() ?? 0) - (this.#sql.oldestSeq.get() ?? 0);
    if (span < fewMessages) return `${quoted(words)} *`;
    throw queryFault('invalid_value', `must say more than "${beginning}*", which fits too many words`);
  }

  /** Words with this beginning; one more than may be looked up if there are too many. */
  #wordsLike(beginning: string): string[] {
    const words: string[] = [];
    let from = beginning;
    while (words.length <= maxEndings) {
      const word = this.#nextWord.get(from);
      if (word === undefined || !word.startsWith(beginning)) break;
      words.push(word);
      from = word + lowest;
    }
    return words;
  }
}

function quoted(words: readonly string[]): string {
  return `"${words.join(' ')}"`;
}
