import { BridgeError } from '../../src-shared/bridge-error.ts';

/** A part of a list, and where the next one begins; undefined at the end. */
export interface Page<Item, Cursor> {
  items: readonly Item[];
  next: Cursor | undefined;
}

/** Asks for the part that begins at `from`, the first one without it. */
export type FetchPage<Item, Cursor> = (
  from: Cursor | undefined,
  signal: AbortSignal,
) => Promise<Page<Item, Cursor>>;

/** A list that the relay hands out in parts. */
export class Pages<Item, Cursor = string> {
  items = $state.raw<readonly Item[]>([]);
  /** `idle`: nothing was asked for. */
  phase = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  problem = $state.raw<BridgeError>();
  #next = $state.raw<Cursor>();
  #fetch: FetchPage<Item, Cursor> | undefined;
  #asking: AbortController | undefined;

  /** Whether there is more than was fetched. */
  get hasMore(): boolean {
    return this.#next !== undefined;
  }

  /** Begins another list. What is shown stays until its first part is there. */
  async open(fetch: FetchPage<Item, Cursor>): Promise<void> {
    this.#fetch = fetch;
    await this.#load(undefined);
  }

  /** Fetches the next part, or again what failed. */
  async more(): Promise<void> {
    if (this.phase !== 'loading') await this.#load(this.#next);
  }

  /** Back to nothing. */
  close(): void {
    this.#asking?.abort();
    this.#fetch = undefined;
    this.items = [];
    this.#next = undefined;
    this.problem = undefined;
    this.phase = 'idle';
  }

  async #load(from: Cursor | undefined): Promise<void> {
    if (!this.#fetch) return;
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.phase = 'loading';
    this.problem = undefined;
    try {
      const { items, next } = await this.#fetch(from, asking.signal);
      if (asking.signal.aborted) return;
      this.items = from === undefined ? items : [...this.items, ...items];
      this.#next = next;
      this.phase = 'ready';
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof BridgeError)) throw error;
      // What belongs to another question would be taken for its answer.
      if (from === undefined) [this.items, this.#next] = [[], undefined];
      this.problem = error;
      this.phase = 'failed';
    }
  }
}
