import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';

/** Events that are kept; with more, what is missing is fetched when it goes on. */
const most = 20_000;

/** Keeps what arrives while the screen is frozen, so that nothing on it moves. */
export class Freezer {
  /** Since when, in ms since the epoch; undefined if it is not frozen. */
  since: number | undefined;
  /** Messages that wait. */
  messages = 0;
  #events: StreamEvent[] = [];
  #overflown = false;

  get frozen(): boolean {
    return this.since !== undefined;
  }

  freeze(now: number): void {
    this.since = now;
  }

  hold(events: readonly StreamEvent[]): void {
    this.messages += events.filter(({ type }) => type === 'message').length;
    this.#overflown ||= this.#events.length + events.length > most;
    if (!this.#overflown) this.#events.push(...events);
  }

  /** @returns what has waited, and whether there was more than could be kept */
  thaw(): { events: readonly StreamEvent[]; overflown: boolean } {
    const thawed = { events: this.#events, overflown: this.#overflown };
    this.since = undefined;
    this.messages = 0;
    this.#events = [];
    this.#overflown = false;
    return thawed;
  }
}
