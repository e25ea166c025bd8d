import { tick } from 'svelte';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { isMessage, type Row } from '../../../messages/rows.ts';

/** Frames after which a row that is to have the focus is no longer waited for. */
const patience = 30;

interface RowFocusParts {
  rows: () => readonly Row[];
  scroller: () => HTMLElement | undefined;
}

/** Which row of a feed has the focus, or had it last: for the Tab key the feed is one stop. */
export class RowFocus {
  key = $state<string>();
  /** -1 if none. */
  readonly index = $derived.by(() => {
    return this.key === undefined ? -1 : this.#parts.rows().findIndex(({ key }) => key === this.key);
  });
  /** Where the Tab key goes: the newest message as long as nobody has been anywhere. */
  readonly stop = $derived.by(() => {
    return this.index >= 0 ? this.index : this.#parts.rows().findLastIndex(isMessage);
  });
  readonly row = $derived.by(() => this.#parts.rows()[this.index]);

  readonly #parts: RowFocusParts;

  constructor(parts: RowFocusParts) {
    this.#parts = parts;
  }

  get message(): FeedMessage | undefined {
    return isMessage(this.row) ? this.row.message : undefined;
  }

  /** Gives the focus to a row, as soon as it is drawn. */
  async give(index: number): Promise<void> {
    const key = this.#parts.rows()[index]?.key;
    if (key === undefined) return;
    this.key = key;
    const element = await this.#drawn(key);
    if (this.key === key) element?.focus({ preventScroll: true });
  }

  /** The element of a row, as soon as it is seen: the list hides what it has not measured yet. */
  async #drawn(key: string): Promise<HTMLElement | undefined> {
    for (let frame = 0; frame < patience; frame++) {
      await tick();
      const element = this.#parts.scroller()?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
      if (element?.checkVisibility({ visibilityProperty: true }) === true) return element;
      await new Promise(requestAnimationFrame);
    }
    return undefined;
  }
}
