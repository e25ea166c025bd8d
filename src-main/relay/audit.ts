import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { AuditDraft, AuditPage, AuditQuery, MessageStore } from '../store/message-store.ts';
import type { Actor, ChannelAccess } from './actor.ts';

/** What is recorded; where it came from and by whom is known of who asked. */
type Entry = Omit<AuditDraft, 'ip' | 'by'>;

export interface AuditOptions {
  store: MessageStore;
  /** Asked at each entry, so that a change takes effect at once. */
  enabled: () => boolean;
  /** Told when an entry could not be written; an audit that fails never changes the answer (wire specification 7.6). */
  onError: (error: unknown) => void;
}

/** Refusals of one kind and client within this time belong to one burst: a flood must not grow the file row by row. */
const burstMs = 10_000;

/** Rows that one burst may write: each thing that was refused once, up to here. The rest is counted. */
const maxRowsOfBurst = 20;

/** Bursts that are remembered; beyond it the oldest are forgotten and may write again. */
const maxRemembered = 1_000;

interface Burst {
  until: number;
  /** What was refused and written. */
  details: Set<string>;
  /** Refusals that were counted and not written. */
  repeats: number;
}

/** The audit log: opt-in, written beside the answer and never in its way. */
export class Audit {
  readonly #store: MessageStore;
  readonly #onError: (error: unknown) => void;
  readonly #enabled: () => boolean;
  readonly #bursts = new Map<string, Burst>();

  constructor({ store, enabled, onError }: AuditOptions) {
    this.#store = store;
    this.#enabled = enabled;
    this.#onError = onError;
  }

  get enabled(): boolean {
    return this.#enabled();
  }

  /** @param actor who asked for it; undefined if nobody did */
  record(entry: Entry, actor?: Pick<Actor, 'principal' | 'address'>): void {
    if (!this.enabled) return;
    this.#write({ ...entry, ip: actor?.address, by: actor?.principal });
  }

  /** Records a refusal, which a hostile client can repeat at will: a few rows for a burst, then only their number. */
  recordRefusal(entry: AuditDraft): void {
    if (!this.enabled) return;
    const detail = entry.detail ?? '';
    const { burst, repeatsBefore } = this.#burstOf(`${entry.event}\n${entry.ip ?? ''}`);
    if (burst.details.has(detail) || burst.details.size >= maxRowsOfBurst) {
      burst.repeats++;
      return;
    }
    burst.details.add(detail);
    this.#write(
      repeatsBefore === 0 ? entry : { ...entry, detail: `${detail} (and ${repeatsBefore} more before)` },
    );
  }

  /** The newest entries of those that are asked for, as far as they are about channels that may be read. */
  async read(query: AuditQuery, { readable }: Pick<ChannelAccess, 'readable'>): Promise<AuditResponse> {
    if (!this.enabled) return { enabled: false, events: [] };
    const { events, nextBeforeId } = readable
      ? await this.#store.auditOfChannels({ ...query, mayRead: (channel) => readable.has(channel) })
      : await this.#newest(query);
    return { enabled: true, events, ...(nextBeforeId !== undefined && { next_before_id: nextBeforeId }) };
  }

  async #newest(query: AuditQuery): Promise<AuditPage> {
    const events = await this.#store.audit(query);
    return { events, nextBeforeId: events.length < query.limit ? undefined : events.at(-1)?.id };
  }

  /** The burst under way, or a new one with what the last one had only counted. */
  #burstOf(key: string): { burst: Burst; repeatsBefore: number } {
    const now = Date.now();
    const last = this.#bursts.get(key);
    if (last && last.until > now) return { burst: last, repeatsBefore: 0 };
    const burst: Burst = { until: now + burstMs, details: new Set(), repeats: 0 };
    this.#bursts.delete(key);
    this.#bursts.set(key, burst);
    if (this.#bursts.size > maxRemembered) {
      const oldest = this.#bursts.keys().next();
      if (!oldest.done) this.#bursts.delete(oldest.value);
    }
    return { burst, repeatsBefore: last?.repeats ?? 0 };
  }

  #write(entry: AuditDraft): void {
    this.#store.appendAudit(entry).catch(this.#onError);
  }
}
