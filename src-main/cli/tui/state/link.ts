import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import { EventBatch } from '../../../../src-shared/client/event-batch.ts';
import {
  EventSubscription,
  type SubscriptionState,
} from '../../../../src-shared/client/event-subscription.ts';
import type { StreamEvent } from '../../../../src-shared/client/stream-event.ts';
import { isRestarting } from '../../follow.ts';
import type { Target } from '../../target.ts';

/** How the screen stands with its relay. Times are milliseconds since the epoch. */
export type LinkStatus =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** It is tried again at `retryAt`; `tries` in a row have failed. `refused`: the relay is there and says no. */
  | {
      kind: 'offline';
      refused: boolean;
      sentence: string;
      since: number;
      tries: number;
      retryAt: number;
    };

export interface LinkListener {
  /** Events in order; those that arrive together come together. */
  take(events: readonly StreamEvent[]): void;
  /** The stream stands, for the first time or again. What it has missed follows as events unless there is a `gap`. */
  connected(gap: boolean): void;
  changed(): void;
  /** Something that no other try would change. */
  failed(error: unknown): void;
}

/** Events of so many milliseconds are handed on together, so that a burst is drawn once. */
const gatherMs = 40;

/** A relay that has said no is asked again after this time, in ms: somebody may have changed its settings. */
const refusalMs = 30_000;

/** A relay that restarts refuses a token until its file says which is the new one. */
const restartMs = 500;

/** The one event stream of the screen, over all channels and with receipts, through every interruption. */
export class Link {
  status: LinkStatus = { kind: 'connecting' };

  readonly #target: Target;
  readonly #listener: LinkListener;
  readonly #batch: EventBatch;
  #subscription: EventSubscription | undefined;
  #lastId: string | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(target: Target, listener: LinkListener) {
    this.#target = target;
    this.#listener = listener;
    this.#batch = new EventBatch(gatherMs, (events) => {
      if (!this.#closed) listener.take(events);
    });
  }

  open(): void {
    clearTimeout(this.#again);
    if (!this.#subscription && !this.#closed) void this.#follow();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  /** Tries at once instead of at the appointed time. */
  retryNow(): void {
    if (this.#subscription) this.#subscription.retryNow();
    else this.open();
  }

  async #follow(): Promise<void> {
    const subscription = new EventSubscription(this.#target, {
      channels: 'all',
      receipts: true,
      since: this.#lastId,
      onState: (state) => this.#entered(state),
    });
    this.#subscription = subscription;
    try {
      for await (const event of subscription) {
        this.#lastId = subscription.lastId;
        this.#batch.add(event);
      }
    } catch (error) {
      this.#subscription = undefined;
      if (!this.#closed) this.#refused(error);
    }
  }

  #entered(state: SubscriptionState): void {
    if (this.#closed) return;
    if (state.kind === 'live') {
      this.#enter({ kind: 'live' });
      // Without an id to go on from, the stream begins with what comes next.
      this.#listener.connected(this.#lastId === undefined);
    } else if (state.kind === 'waiting') {
      this.#interrupted(state.error, state.tries, state.retryAt, false);
    }
  }

  #refused(error: unknown): void {
    if (!(error instanceof BridgeError)) {
      this.#listener.failed(error);
      return;
    }
    const tries = this.status.kind === 'offline' ? this.status.tries + 1 : 1;
    const delay = isRestarting(error, this.#target, tries) ? restartMs : refusalMs;
    this.#interrupted(error, tries, Date.now() + delay, delay === refusalMs);
    this.#again = setTimeout(() => this.open(), delay);
  }

  #interrupted({ message: sentence }: BridgeError, tries: number, retryAt: number, refused: boolean): void {
    const since = this.status.kind === 'offline' ? this.status.since : Date.now();
    this.#enter({ kind: 'offline', refused, sentence, since, tries, retryAt });
  }

  #enter(status: LinkStatus): void {
    this.status = status;
    this.#listener.changed();
  }
}
