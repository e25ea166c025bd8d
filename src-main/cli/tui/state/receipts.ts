import type { ReceiptsResponse } from '../../../../src-shared/api/consumers.ts';
import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import type { ApiClient, CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { StreamEvent, StreamReceipt } from '../../../../src-shared/client/stream-event.ts';
import type { FeedMessage } from '../../../../src-shared/messages/feed-message.ts';

/** What has become of a message with one reader. */
export type Receipt = ReceiptsResponse['receipts'][number];

/** How many messages are asked about at once. */
const parallel = 3;

/** Messages whose receipts are kept. */
const mostKept = 2_000;

/** Who has read or acknowledged the messages that were on the screen. */
export class Receipts {
  readonly #client: ApiClient;
  readonly #options: CallOptions;
  readonly #changed: () => void;
  readonly #isFrozen: () => boolean;
  readonly #failed: (error: unknown) => void;
  readonly #known = new Map<string, { channel: string; seq: number; receipts: readonly Receipt[] }>();
  readonly #asked = new Set<string>();
  #waiting: string[] = [];
  #working = 0;

  constructor(
    client: ApiClient,
    options: CallOptions,
    screen: { changed: () => void; failed: (error: unknown) => void; isFrozen: () => boolean },
  ) {
    this.#client = client;
    this.#options = options;
    this.#changed = screen.changed;
    this.#failed = screen.failed;
    this.#isFrozen = screen.isFrozen;
  }

  /** Undefined as long as the relay has not said. */
  of(id: string): readonly Receipt[] | undefined {
    return this.#known.get(id)?.receipts;
  }

  /** Asks about what is on the screen, in this order, as far as it was not asked yet. */
  want(messages: readonly FeedMessage[]): void {
    // What has left the screen meanwhile need not be asked any more.
    for (const id of this.#waiting) this.#asked.delete(id);
    const ids = new Set(messages.map(({ id }) => id));
    this.#waiting = [...ids].filter((id) => !this.#asked.has(id));
    for (const id of this.#waiting) this.#asked.add(id);
    while (this.#working < parallel && this.#waiting.length > 0) void this.#work();
  }

  take(events: readonly StreamEvent[]): void {
    for (const event of events) if (event.type === 'receipt') this.#add(event.receipt);
  }

  /** What was asked before an interruption may be out of date. */
  forget(): void {
    this.#known.clear();
    this.#asked.clear();
    this.#waiting = [];
  }

  #add({ channel, kind, consumer_id, first_seq, last_seq, timestamp }: StreamReceipt): void {
    for (const [id, known] of this.#known) {
      if (known.channel !== channel || known.seq < first_seq || known.seq > last_seq) continue;
      const field = kind === 'read' ? 'read_at' : 'acked_at';
      const before = known.receipts.find((receipt) => receipt.consumer_id === consumer_id);
      if (before?.[field]) continue;
      const receipt = { consumer_id, read_at: null, acked_at: null, ...before, [field]: timestamp };
      const others = known.receipts.filter((other) => other !== before);
      this.#known.set(id, { ...known, receipts: [...others, receipt] });
    }
  }

  async #work(): Promise<void> {
    this.#working++;
    for (let id = this.#waiting.shift(); id !== undefined; id = this.#waiting.shift()) {
      try {
        const { channel, seq, receipts } = await this.#client.receipts(id, this.#options);
        if (this.#isFrozen()) {
          // Asked before, answered now: asked again when it goes on.
          this.#asked.delete(id);
          continue;
        }
        this.#known.set(id, { channel, seq, receipts });
        for (const oldest of this.#known.keys()) {
          if (this.#known.size <= mostKept) break;
          this.#known.delete(oldest);
          this.#asked.delete(oldest);
        }
        this.#changed();
      } catch (error) {
        // A message that was deleted has none. When the relay is back, everything is asked anew.
        if (!(error instanceof BridgeError)) this.#failed(error);
      }
    }
    this.#working--;
  }
}
