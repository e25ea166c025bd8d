import { describe } from '../../../../src-shared/messages/describe.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';

/** What of a list is on the screen. */
export interface Window {
  rows: readonly FeedMessage[];
  /** How many rows lie above and below. */
  above: number;
  below: number;
}

/** A list of messages of which one is selected, some are left out by a filter, and a window is shown. */
export class MessageList {
  /** Only messages that hold it, in whatever case; empty for all. */
  filter = '';
  readonly #source: () => readonly FeedMessage[];
  #follows: boolean;
  #selectedId: string | undefined;
  /** Where the selected row was last, should its message disappear. */
  #lastIndex = 0;
  /** The row of the window in which the selected message stands. */
  #offset = 0;
  #cache: { source: readonly FeedMessage[]; filter: string; rows: readonly FeedMessage[] } | undefined;

  /** @param follows whether the newest message is selected as long as nobody selects another one */
  constructor(source: () => readonly FeedMessage[], follows: boolean) {
    this.#source = source;
    this.#follows = follows;
  }

  /** Whether the newest message stays selected when others come. */
  get follows(): boolean {
    return this.#follows;
  }

  get rows(): readonly FeedMessage[] {
    const source = this.#source();
    if (this.#cache?.source !== source || this.#cache.filter !== this.filter) {
      const wanted = this.filter.toLowerCase();
      const rows = wanted === '' ? source : source.filter((message) => holds(message, wanted));
      this.#cache = { source, filter: this.filter, rows };
    }
    return this.#cache.rows;
  }

  get selected(): FeedMessage | undefined {
    return this.rows[this.#index()];
  }

  /** Messages behind the selected one. */
  get below(): number {
    return Math.max(0, this.rows.length - 1 - this.#index());
  }

  get atTop(): boolean {
    return this.#index() <= 0;
  }

  move(by: number): void {
    const { length } = this.rows;
    if (length === 0) return;
    const from = this.#index();
    const to = Math.min(Math.max(from + by, 0), length - 1);
    this.#offset += to - from;
    this.#follows = this.#follows && to === length - 1;
    this.#selectedId = this.rows[to]?.id;
  }

  first(): void {
    this.move(-this.rows.length);
  }

  /** Selects the newest message and stays with it. */
  last(): void {
    this.move(this.rows.length);
    this.#follows = true;
  }

  toggleFollow(): void {
    if (this.#follows) {
      this.#selectedId = this.selected?.id;
      this.#follows = false;
    } else {
      this.last();
    }
  }

  select(id: string): void {
    this.#follows = false;
    this.#selectedId = id;
  }

  /** The rows that fit, with the selected one among them and where it was, if that can be. */
  window(height: number): Window {
    const { rows } = this;
    const index = Math.max(0, this.#index());
    const offset = this.#follows ? height - 1 : Math.min(Math.max(this.#offset, 0), height - 1);
    const top = Math.min(Math.max(index - offset, 0), Math.max(0, rows.length - height));
    this.#offset = index - top;
    const shown = rows.slice(top, top + height);
    return { rows: shown, above: top, below: rows.length - top - shown.length };
  }

  #index(): number {
    const { rows } = this;
    const last = rows.length - 1;
    if (this.#follows) return (this.#lastIndex = last);
    const found = rows.findLastIndex(({ id }) => id === this.#selectedId);
    this.#lastIndex = found >= 0 ? found : Math.min(this.#lastIndex, last);
    return Math.max(0, this.#lastIndex);
  }
}

function holds(message: FeedMessage, wanted: string): boolean {
  const { sender, content } = message;
  return (
    content.toLowerCase().includes(wanted) ||
    sender.toLowerCase().includes(wanted) ||
    (describe(message).type ?? '').toLowerCase().includes(wanted)
  );
}
