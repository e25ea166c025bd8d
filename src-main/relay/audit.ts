import type { AuditResponse } from '../../src-shared/api.ts';
import type { AuditDraft, MessageStore } from '../store/message-store.ts';

export interface AuditOptions {
  store: MessageStore;
  enabled: boolean;
  /** Told when an entry could not be written; an audit that fails never changes the answer (wire specification 7.6). */
  onError: (error: unknown) => void;
}

/** Identical entries within this time are counted, not written: a flood must not grow the file row by row. */
const coalesceMs = 10_000;

/** Entries that are remembered for coalescing; beyond it the oldest are forgotten and may be written again. */
const maxRemembered = 1_000;

/** The audit log: opt-in, written beside the answer and never in its way. */
export class Audit {
  readonly #store: MessageStore;
  readonly #onError: (error: unknown) => void;
  readonly enabled: boolean;
  readonly #recent = new Map<string, { until: number; repeats: number }>();

  constructor({ store, enabled, onError }: AuditOptions) {
    this.#store = store;
    this.enabled = enabled;
    this.#onError = onError;
  }

  record(entry: AuditDraft): void {
    if (!this.enabled) return;
    this.#write(entry);
  }

  /** Records a refusal, which a hostile client can repeat at will: once per burst, with the number of repeats. */
  recordRefusal(entry: AuditDraft): void {
    if (!this.enabled) return;
    const key = `${entry.event}\n${entry.ip ?? ''}\n${entry.detail ?? ''}`;
    const now = Date.now();
    const burst = this.#recent.get(key);
    if (burst && burst.until > now) {
      burst.repeats++;
      return;
    }
    this.#remember(key, now);
    const repeats = burst?.repeats ?? 0;
    this.#write(
      repeats === 0 ? entry : { ...entry, detail: `${entry.detail ?? ''} (and ${repeats} more before)` },
    );
  }

  async read(limit: number): Promise<AuditResponse> {
    return { enabled: this.enabled, events: this.enabled ? await this.#store.audit(limit) : [] };
  }

  #remember(key: string, now: number): void {
    this.#recent.delete(key);
    this.#recent.set(key, { until: now + coalesceMs, repeats: 0 });
    if (this.#recent.size > maxRemembered) {
      const oldest = this.#recent.keys().next();
      if (!oldest.done) this.#recent.delete(oldest.value);
    }
  }

  #write(entry: AuditDraft): void {
    this.#store.appendAudit(entry).catch(this.#onError);
  }
}
