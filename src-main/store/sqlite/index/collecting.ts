import type { StoredMessage } from '../../../../src-shared/message.ts';
import type { Reader } from '../reading.ts';

/** Rows looked at in one go: a few more than are wanted. When most of them are not, the next look goes further. */
const spareRows = 4;
const usualRows = 64;
const mostRows = 1_024;

/** Content that may be read before others get their turn on the event loop, in characters. */
const sliceCharacters = 1_000_000;

export interface Collecting {
  reader: Reader;
  /** The seqs of the next `rows` candidates after `last`, or the first ones. */
  next: (last: number | undefined, rows: number) => number[];
  /** The message, unless it was removed or cleared. */
  find: (seq: number) => StoredMessage | undefined;
  accepts: (message: StoredMessage) => boolean;
  limit: number;
}

/**
 * The first `limit` messages that are wanted, in the order of the candidates. Many candidates may be gone, after a
 * clear for instance, and their content may be long: both must not hold the event loop.
 */
export async function collect({ reader, next, find, accepts, limit }: Collecting): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  let last: number | undefined;
  let rows = Math.min(usualRows, limit + spareRows);
  for (;;) {
    const { seqs, looked, found } = await reader.read(() => look(rows));
    messages.push(...found);
    last = seqs[looked - 1];
    if (messages.length === limit || (looked === seqs.length && seqs.length < rows)) return messages;
    if (found.length < looked / 2) rows = Math.min(mostRows, rows * 2);
    await new Promise(setImmediate);
  }

  function look(rows: number): { seqs: number[]; looked: number; found: StoredMessage[] } {
    const seqs = next(last, rows);
    const found: StoredMessage[] = [];
    let characters = 0;
    let looked = 0;
    for (const seq of seqs) {
      looked++;
      const message = find(seq);
      if (!message) continue;
      characters += message.content.length;
      if (accepts(message)) found.push(message);
      if (messages.length + found.length === limit || characters > sliceCharacters) break;
    }
    return { seqs, looked, found };
  }
}
