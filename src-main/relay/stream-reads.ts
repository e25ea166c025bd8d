import type { Change, ChannelEvent } from '../store/changes.ts';
import type { ReadRange } from '../store/consumers.ts';
import type { MessageStore } from '../store/message-store.ts';

export interface StreamReadsParts {
  store: MessageStore;
  /** In whose name the stream is read. */
  consumer: string;
  /** Told when a read could not be recorded; what was written out stands. */
  onError: (error: unknown) => void;
}

/**
 * Records what a stream has written out as read by its consumer. Batches that are flushed together, or while the last
 * record is being stored, are recorded as one.
 */
export class StreamReads {
  readonly #parts: StreamReadsParts;
  /** By channel, what was written out and not recorded yet. A stream has no gaps, so a range says it all. */
  #ranges = new Map<string, ReadRange>();
  #recording = false;

  constructor(parts: StreamReadsParts) {
    this.#parts = parts;
  }

  /** These changes were written out completely. */
  written(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'event') this.#told(change.event);
      if (change.kind !== 'message') continue;
      const { channel, seq } = change.message;
      const range = this.#ranges.get(channel);
      if (range) range.lastSeq = seq;
      else
        this.#ranges.set(channel, { consumer: this.#parts.consumer, channel, firstSeq: seq, lastSeq: seq });
    }
    if (this.#ranges.size === 0 || this.#recording) return;
    this.#recording = true;
    setImmediate(() => void this.#record());
  }

  /** Who reads on a stream that messages went needs not be told again. */
  #told({ type, channel }: ChannelEvent): void {
    if (type !== 'clear' && type !== 'trimmed') return;
    const { store, consumer, onError } = this.#parts;
    store.recordTold({ consumer, channel }).catch(onError);
  }

  async #record(): Promise<void> {
    const { store, onError } = this.#parts;
    while (this.#ranges.size > 0) {
      const ranges = [...this.#ranges.values()];
      this.#ranges = new Map();
      await Promise.all(ranges.map((range) => store.recordRead(range))).catch(onError);
    }
    this.#recording = false;
  }
}
