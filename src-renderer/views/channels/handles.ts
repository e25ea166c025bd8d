import type { Draft } from '../../../src-shared/messages/draft.ts';

/** What the view of a channel asks of its list of messages. */
export interface FeedHandle {
  /** Brings a message to the screen, wherever in the channel it is. */
  jump(id: string): Promise<void>;
  /** Goes to the end, and stays there as it moves. */
  newest(): Promise<void>;
  focus(): void;
  /** The message that has the focus or had it last. */
  active(): string | undefined;
}

/** What it asks of the form below. */
export interface ComposerHandle {
  /** Answers a message from now on. */
  reply(id: string): void;
  /** Takes up something that was not sent. */
  edit(draft: Draft): void;
  focus(): Promise<void>;
}
