import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { kindOf, type Size } from './layout.ts';

export type Panel = 'channels' | 'messages' | 'details';

/** The parts of the screen: which one has the keys, and how they were drawn last. */
export class Panels {
  focus: Panel = 'messages';
  /** The channel that is marked in the list, where it is not the open one. */
  marked: string | undefined;
  /** Of the terminal. */
  size: Size = { columns: 80, rows: 24 };
  /** Whether details were asked for or sent away; undefined as long as the size decides. */
  detailsWish: boolean | undefined;
  /** Rows of the details that are scrolled away. */
  detailsTop = 0;
  /** Rows of messages that fit. */
  pageRows = 10;
  /** The messages that were drawn. */
  onScreen: readonly FeedMessage[] = [];

  /** Whether there is room to show details all the time. */
  get isFull(): boolean {
    return kindOf(this.size) === 'full';
  }
}
