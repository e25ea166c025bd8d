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

/** What a sweep would remove. */
export interface RetentionPreview {
  /** Messages from before this moment. */
  before: string;
  messages: number;
  /** There are more than were counted. */
  more: boolean;
  /** When the next sweep begins; one under way began already. */
  at: Date;
}

const dayMs = 86_400_000;

/** Messages that a preview counts: enough to say that it is many. */
const mostCounted = 100_000;

/** Removes what has outlived its time: at start, and then again and again. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #nextAt = Date.now();
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

  /** What the next sweep would remove if messages were kept for `days`; nothing with 0, which keeps all. */
  async preview(days: number): Promise<RetentionPreview> {
    const before = daysAgo(days);
    const found = days > 0 ? await this.#parts.store.countBefore(before, mostCounted + 1) : 0;
    const more = found > mostCounted;
    return { before, messages: more ? mostCounted : found, more, at: new Date(this.#nextAt) };
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    const pause = this.#parts.policy().retentionSweepSeconds * 1000;
    this.#nextAt = Date.now() + pause;
    this.#timer = setTimeout(() => this.start(), pause).unref();
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
