import { formatTimestamp } from '../../src-shared/time.ts';
import type { MessageStore } from '../store/message-store.ts';

export interface RetentionPolicy {
  /** Messages older than this are removed; 0 keeps them for ever. */
  retentionDays: number;
  retentionSweepSeconds: number;
  auditRetentionDays: number;
  eventRetentionDays: number;
}

export interface RetentionParts {
  store: MessageStore;
  policy: () => RetentionPolicy;
  onTrimmed: (messages: number) => void;
  /** A failed sweep is tried again at the next turn. */
  onError: (error: unknown) => void;
}

const dayMs = 86_400_000;

/** Removes what has outlived its time: at start, and then again and again. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#sweeping = this.#sweep().then(() => this.#schedule());
  }

  /** Ends a sweep at its next step. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => this.start(), this.#parts.policy().retentionSweepSeconds * 1000).unref();
  }

  async #sweep(): Promise<void> {
    const { store, policy, onTrimmed, onError } = this.#parts;
    const { retentionDays, auditRetentionDays, eventRetentionDays } = policy();
    try {
      if (retentionDays > 0) {
        const trimmed = await store.trim(daysAgo(retentionDays), this.#stopping.signal);
        if (trimmed > 0) onTrimmed(trimmed);
      }
      if (this.#stopping.signal.aborted) return;
      await store.sweep({ events: daysAgo(eventRetentionDays), audit: daysAgo(auditRetentionDays) });
    } catch (error) {
      if (!this.#stopping.signal.aborted) onError(error);
    }
  }
}

/** The timestamp of `days` ago; before the calendar began there is nothing to remove. */
function daysAgo(days: number): string {
  return formatTimestamp(Math.max(0, Date.now() - days * dayMs));
}
