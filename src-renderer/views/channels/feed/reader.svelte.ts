import { tick } from 'svelte';
import type { VirtualizerHandle } from 'virtua/svelte';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { isMessage, rowOf, type Row } from '../../../messages/rows.ts';
import type { Delivery } from '../../../state/delivery.svelte.ts';
import type { Feed } from '../../../state/feed.svelte.ts';
import type { Unread } from '../../../state/unread.svelte.ts';

/** Closer to an end than this, in pixels, the next page is fetched. */
const reach = 600;

/** So close to the end counts as being there, in pixels. */
const slack = 24;

/** Receipts are asked for when the scrolling has rested so long, in ms. */
const restMs = 150;

interface ReaderParts {
  feed: () => Feed;
  rows: () => readonly Row[];
  own: (message: FeedMessage) => boolean;
  unread: Unread;
  delivery: Delivery;
}

/** Whoever reads a feed: where in it they are, what is on their screen, and what counts as seen for that. */
export class Reader {
  /** What scrolls, once it is there. */
  scroller = $state<HTMLElement>();
  /** The rows in it. */
  list = $state<VirtualizerHandle>();
  /** Whether the newest message is on the screen, and new ones are to be, too. */
  following = $state(true);
  /** Messages below the visible part. */
  below = $state(0);

  readonly #parts: ReaderParts;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Begins at the message `selected`, else at the first one that is new, else at the newest. */
  async arrive(selected: string | undefined): Promise<void> {
    await tick();
    // Left already.
    if (!this.list) return;
    const rows = this.#parts.rows();
    const target = selected === undefined ? -1 : rowOf(rows, selected);
    const first = rows.findIndex((row) => isMessage(row) && row.fresh);
    if (target >= 0) this.list.scrollToIndex(target, { align: 'center' });
    else if (first >= 0) this.list.scrollToIndex(first, { align: 'start', offset: -64 });
    else await this.toEnd();
    requestAnimationFrame(() => this.scrolled());
  }

  async toEnd(): Promise<void> {
    await tick();
    if (this.scroller) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.look();
  }

  scrolled(): void {
    if (!this.scroller) return;
    const feed = this.#parts.feed();
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    this.following = left < slack && feed.atEnd;
    if (scrollTop < reach) void feed.older();
    if (left < reach) void feed.newer();
    this.look();
  }

  /** Notes what is on the screen. */
  look(): void {
    const rows = this.#parts.rows();
    if (!this.scroller || !this.list || this.#parts.feed().phase !== 'ready' || rows.length === 0) return;
    const bottom = this.scroller.scrollTop + this.scroller.clientHeight;
    const last = this.following ? rows.length - 1 : this.#lastWhole(bottom);
    this.below = rows.slice(last + 1).filter(isMessage).length;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(last), restMs);
  }

  /** Counts the message `id` and all behind it as unread again. */
  unsee(id: string): void {
    const { channel, messages } = this.#parts.feed();
    const index = messages.findIndex((message) => message.id === id);
    const last = messages[index - 1];
    clearTimeout(this.#resting);
    this.#parts.unread.unsee(
      channel,
      last ? { id: last.id, at: last.timestamp } : { id: '', at: '' },
      this.newsIn(messages.slice(index)),
    );
  }

  /** How many of the last messages of the feed are news, with those that it has not fetched. */
  newsIn(last: readonly FeedMessage[]): number {
    return last.filter((message) => !this.#parts.own(message)).length + this.#parts.feed().beyond;
  }

  /** The last row that is on the screen down to its end. */
  #lastWhole(bottom: number): number {
    const index = this.list?.findItemIndex(bottom) ?? 0;
    const end = (this.list?.getItemOffset(index) ?? 0) + (this.list?.getItemSize(index) ?? 0);
    return end <= bottom + slack ? index : Math.max(index - 1, 0);
  }

  /** What follows when the scrolling has come to rest. */
  #rest(last: number): void {
    if (!this.scroller || !this.list) return;
    const rows = this.#parts.rows();
    const first = this.list.findItemIndex(this.scroller.scrollTop);
    const visible = rows.slice(first, last + 2).filter(isMessage);
    this.#parts.delivery.want(visible.map(({ message }) => message));
    const seen = rows.slice(0, last + 1).findLast(isMessage)?.message;
    if (document.hidden || !seen) return;
    const { channel, messages } = this.#parts.feed();
    const left = this.newsIn(messages.filter(({ seq }) => seq > seen.seq));
    this.#parts.unread.see(channel, { id: seen.id, at: seen.timestamp }, left);
  }
}
