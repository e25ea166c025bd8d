import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { SessionResponse } from '../../src-shared/api/sessions.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { EventBatch } from '../../src-shared/client/event-batch.ts';
import { EventSubscription, type SubscriptionState } from '../../src-shared/client/event-subscription.ts';
import type { StreamEvent } from '../../src-shared/client/stream-event.ts';
import { interrupted, live, type LinkStatus } from './link-status.ts';

export interface LinkListener {
  /** The relay knows this browser; said before each connection. */
  admitted(answer: SessionResponse): void;
  /** Events in order. Those that arrive together come together. */
  take(events: readonly StreamEvent[]): void;
  /** The stream stands, for the first time or again; what it missed follows as events unless `gap` is set. */
  connected(gap: boolean): void;
  /** There is no stream to be had: ask for what is new. */
  poll(): void;
}

/** Events of so many milliseconds are handed on together, so that a burst is drawn once. */
const gatherMs = 16;

/** A relay that has said no is asked again after this time, in ms: somebody may have changed its settings. */
const refusalMs = 30_000;

const pollMs = 5_000;

/** The one event stream of this page, over all channels, and how it stands. */
export class RelayLink {
  status = $state.raw<LinkStatus>({ kind: 'starting' });

  readonly #api: ApiClient;
  readonly #listener: LinkListener;
  readonly #batch: EventBatch;
  #subscription: EventSubscription | undefined;
  #lastId: string | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #polling: ReturnType<typeof setInterval> | undefined;

  constructor(api: ApiClient, listener: LinkListener) {
    this.#api = api;
    this.#listener = listener;
    this.#batch = new EventBatch(gatherMs, (events) => listener.take(events));
  }

  get isOpen(): boolean {
    return this.#subscription !== undefined;
  }

  /** Connects, if it is not connected or about to be. It goes on behind the last event that was seen. */
  open(): void {
    clearTimeout(this.#again);
    if (!this.#subscription) void this.#follow();
  }

  /** Gives the connection back without forgetting where it stood. */
  close(): void {
    clearTimeout(this.#again);
    this.#stopPolling();
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  /** Tries at once instead of at the appointed time. */
  retryNow(): void {
    if (this.#subscription) this.#subscription.retryNow();
    else this.open();
  }

  /** Ends until somebody has signed in; nothing that was seen counts any longer. */
  askToSignIn(problem: string | undefined): void {
    this.close();
    this.#lastId = undefined;
    this.#batch.drop();
    this.status = { kind: 'sign-in', problem };
  }

  async #follow(): Promise<void> {
    const subscription = new EventSubscription(this.#api.target, {
      channels: 'all',
      receipts: true,
      since: this.#lastId,
      beforeConnecting: (signal) => this.#requireReader(signal),
      onState: (state) => {
        if (this.#subscription === subscription) this.#entered(state);
      },
    });
    this.#subscription = subscription;
    try {
      for await (const event of subscription) {
        if (this.#subscription !== subscription) return;
        this.#lastId = subscription.lastId;
        this.#batch.add(event);
      }
    } catch (error) {
      if (this.#subscription !== subscription) return;
      this.#subscription = undefined;
      if (!(error instanceof BridgeError)) throw error;
      this.#refused(error);
    }
  }

  /**
   * Who is not signed in, or may not read, shall not stand in the audit log as one who was refused, again and again: this is
   * the one question that is not written down, and its answer says both.
   */
  async #requireReader(signal: AbortSignal): Promise<void> {
    const answer = await this.#api.session({ signal });
    this.#listener.admitted(answer);
    if (answer.rights?.includes('read') !== false) return;
    throw new BridgeError(
      'missing_right',
      'the token with which this browser is signed in has no right to read',
    );
  }

  #entered(state: SubscriptionState): void {
    if (state.kind === 'live') {
      this.#stopPolling();
      this.status = live(this.status, Date.now());
      this.#listener.connected(this.#lastId === undefined);
    } else if (state.kind === 'waiting') {
      this.status = interrupted(this.status, { ...state, now: Date.now() });
      if (this.status.cause === 'polling') this.#startPolling();
      else this.#stopPolling();
    }
  }

  #refused(error: BridgeError): void {
    this.#stopPolling();
    if (error.code === 'unauthorized') {
      this.askToSignIn(this.status.kind === 'starting' ? undefined : 'You are no longer signed in.');
      return;
    }
    const now = Date.now();
    const tries = this.status.kind === 'interrupted' ? this.status.tries + 1 : 1;
    this.status = interrupted(this.status, { error, tries, retryAt: now + refusalMs, now });
    this.#again = setTimeout(() => this.open(), refusalMs);
  }

  #startPolling(): void {
    this.#listener.poll();
    this.#polling ??= setInterval(() => this.#listener.poll(), pollMs);
  }

  #stopPolling(): void {
    clearInterval(this.#polling);
    this.#polling = undefined;
  }
}
