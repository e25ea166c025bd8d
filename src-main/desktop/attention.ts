import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { EventSubscription } from '../../src-shared/client/event-subscription.ts';
import type { StreamEvent, StreamMessage } from '../../src-shared/client/stream-event.ts';
import type { Attention, StuckAgent } from '../../src-shared/desktop-state.ts';

export interface AttentionParts {
  api: ApiClient;
  /** The person's own messages are no news to them. */
  ownName: () => string;
  onMessage: (message: StreamMessage) => void;
  onStuck: (stuck: readonly StuckAgent[]) => void;
  onChange: () => void;
  onError: (error: unknown) => void;
  /** What had not been on screen when the application was last left. */
  unread: Attention['unread'];
}

/** How often ages and agents are looked up when nothing happens, in ms. */
const lookEveryMs = 60_000;

/** How long events are gathered before the relay is asked who is stuck, in ms. */
const gatherMs = 500;

/**
 * What waits for the person: follows all channels while the relay runs. The page knows best what was on its screen; while
 * there is none, messages are counted here.
 */
export class AttentionWatch {
  readonly #parts: AttentionParts;
  #unread: Map<string, number>;
  #agents = 0;
  #stuck: StuckAgent[] = [];
  #pageCounts = false;
  #subscription: EventSubscription | undefined;
  #clock: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;

  constructor(parts: AttentionParts) {
    this.#parts = parts;
    this.#unread = new Map(parts.unread.map(({ channel, count }) => [channel, count]));
  }

  /** Most unread first. */
  get state(): Attention {
    const unread = Array.from(this.#unread, ([channel, count]) => ({ channel, count }));
    return { agents: this.#agents, stuck: this.#stuck, unread: unread.sort((a, b) => b.count - a.count) };
  }

  /** The relay runs: follow it until `stop`. */
  start(): void {
    if (this.#subscription) return;
    const subscription = new EventSubscription(this.#parts.api.target, { channels: 'all', receipts: true });
    this.#subscription = subscription;
    this.#clock = setInterval(() => void this.#look(), lookEveryMs).unref();
    void this.#follow(subscription);
    void this.#look();
  }

  stop(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    clearInterval(this.#clock);
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#agents = 0;
    this.#stuck = [];
  }

  /** The page says what has not been on its screen; from now on it counts. */
  reported(unread: Attention['unread']): void {
    this.#pageCounts = true;
    this.#unread = new Map(unread.map(({ channel, count }) => [channel, count]));
    this.#parts.onChange();
  }

  /** The page is gone, and with it who counts. */
  pageGone(): void {
    this.#pageCounts = false;
  }

  async #follow(subscription: EventSubscription): Promise<void> {
    try {
      for await (const event of subscription) this.#take(event);
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  #take(event: StreamEvent): void {
    if (event.type === 'message') this.#takeMessage(event.message);
    if (event.type === 'clear' && this.#unread.delete(event.channel)) this.#parts.onChange();
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.#look();
    }, gatherMs).unref();
  }

  #takeMessage(message: StreamMessage): void {
    const { onMessage, onChange, ownName } = this.#parts;
    onMessage(message);
    if (this.#pageCounts || message.sender === ownName()) return;
    this.#unread.set(message.channel, (this.#unread.get(message.channel) ?? 0) + 1);
    onChange();
  }

  async #look(): Promise<void> {
    const { api, onChange, onStuck, onError } = this.#parts;
    try {
      const [{ agents }, { consumers }] = await Promise.all([api.agents(), api.consumers()]);
      // Asked before the relay was stopped, and of no interest any more.
      if (!this.#subscription) return;
      this.#agents = agents.length;
      this.#stuck = consumers
        .filter(({ stuck }) => stuck)
        .map(({ consumer_id, channel, oldest_unread_seconds }) => ({
          consumer: consumer_id,
          channel,
          minutes: Math.floor((oldest_unread_seconds ?? 0) / 60),
        }))
        .sort((a, b) => b.minutes - a.minutes);
      onStuck(this.#stuck);
      onChange();
    } catch (error) {
      // The relay stops, or its database is in trouble, which it says itself.
      if (!(error instanceof BridgeError)) onError(error);
    }
  }
}
