import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { isBusy, shuttingDown, toStorageError } from './failure.ts';

/** Waits before a read is tried again while another process recovers or closes the file, in ms. */
const busyWaits = [5, 10, 20, 40, 80];

/** Rows of one query, and the content that may be read before others get their turn on the event loop. */
const sliceRows = 64;
const sliceCharacters = 1_000_000;

/** How long many small reads may go on before others get their turn, in ms. */
const sliceMs = 5;

/** Runs reads until it is closed. All of them throw BridgeError `storage_*`, or `shutting_down` when it is. */
export class Reader {
  #closed = false;

  /** Runs a read, again if another process is in its way. */
  async read<T>(query: () => T): Promise<T> {
    for (let tries = 0; ; tries++) {
      if (this.#closed) throw shuttingDown();
      try {
        return query();
      } catch (error) {
        const wait = isBusy(error) ? busyWaits[tries] : undefined;
        if (wait === undefined) throw toStorageError('read', error);
        await sleep(wait);
      }
    }
  }

  /** Reads `limit` rows in slices: a long page of large messages must not hold the event loop. */
  async readInSlices(
    limit: number,
    slice: (last: StoredMessage | undefined, rows: number) => StoredMessage[],
  ): Promise<StoredMessage[]> {
    const messages: StoredMessage[] = [];
    let characters = 0;
    while (messages.length < limit) {
      const rows = Math.min(sliceRows, limit - messages.length);
      const found = await this.read(() => slice(messages.at(-1), rows));
      messages.push(...found);
      if (found.length < rows) break;
      for (const { content } of found) characters += content.length;
      if (characters > sliceCharacters) {
        characters = 0;
        await new Promise(setImmediate);
      }
    }
    return messages;
  }

  /** Runs a read for each item. */
  async readEach<Item, T>(items: readonly Item[], query: (item: Item) => T): Promise<T[]> {
    const results: T[] = [];
    let sliceEnd = performance.now() + sliceMs;
    for (const item of items) {
      results.push(await this.read(() => query(item)));
      if (performance.now() < sliceEnd) continue;
      await new Promise(setImmediate);
      sliceEnd = performance.now() + sliceMs;
    }
    return results;
  }

  close(): void {
    this.#closed = true;
  }
}
