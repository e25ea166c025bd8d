import type { AuditEvent } from '../../src-shared/api/audit.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { ApiClient } from '../../src-shared/client/api-client.ts';
import { Pages } from './pages.svelte.ts';

/** Entries that are shown at first, and that each further step brings. */
const pageSize = 50;

/** Entries that one request of an export brings: the most that the relay hands out. */
const exportSize = 1_000;

/** The audit log, newest first, as far as it was fetched. */
export class AuditLog {
  readonly entries = new Pages<AuditEvent, number>();
  /** Whether the relay keeps one; undefined until it has said so. */
  enabled = $state<boolean>();
  readonly #api: ApiClient;
  #event: string | undefined;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** @param event the one kind that is asked for; undefined for all */
  async open(event: string | undefined): Promise<void> {
    this.#event = event;
    await this.entries.open(async (before_id, signal) => {
      for (let from = before_id; ;) {
        const query = { limit: pageSize, ...(event && { event }), ...(from && { before_id: from }) };
        const { enabled, events, next_before_id: next } = await this.#api.audit(query, { signal });
        this.enabled = enabled;
        // A page may be empty though others follow, and nobody would ask for those.
        if (events.length > 0 || next === undefined) return { items: events, next };
        from = next;
      }
    });
  }

  /** Puts before the others what came since; begins anew if that is more than one page. A failure changes nothing. */
  async refresh(): Promise<void> {
    const { phase, items } = this.entries;
    if (phase !== 'ready') return;
    const event = this.#event;
    try {
      const page = await this.#api.audit({ limit: pageSize, ...(event && { event }) });
      if (event !== this.#event || this.entries.items !== items) return;
      const last = items[0]?.id ?? 0;
      const added = page.events.filter(({ id }) => id > last);
      if (page.enabled !== this.enabled || (added.length === pageSize && items.length > 0))
        await this.open(event);
      else if (added.length > 0) this.entries.items = [...added, ...items];
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  /**
   * Every entry of the kind that is shown, fetched or not.
   * @throws BridgeError
   */
  async all(): Promise<AuditEvent[]> {
    const all: AuditEvent[] = [];
    const query = { limit: exportSize, ...(this.#event && { event: this.#event }) };
    let next: number | undefined;
    do {
      const page = await this.#api.audit({ ...query, ...(next !== undefined && { before_id: next }) });
      all.push(...page.events);
      next = page.next_before_id;
    } while (next !== undefined);
    return all;
  }
}
