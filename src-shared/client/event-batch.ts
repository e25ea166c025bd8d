import type { StreamEvent } from './stream-event.ts';

/** Gathers events for a moment and hands them on together, so that a burst is drawn once. */
export class EventBatch {
  readonly #ms: number;
  readonly #take: (events: readonly StreamEvent[]) => void;
  #events: StreamEvent[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number, take: (events: readonly StreamEvent[]) => void) {
    this.#ms = ms;
    this.#take = take;
  }

  add(event: StreamEvent): void {
    this.#events.push(event);
    this.#timer ??= setTimeout(() => {
      const events = this.#events;
      this.drop();
      this.#take(events);
    }, this.#ms);
  }

  /** Forgets what was gathered and not handed on. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#events = [];
  }
}
