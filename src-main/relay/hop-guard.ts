import { BridgeError } from '../../src-shared/bridge-error.ts';
import { interpretContent } from '../../src-shared/encoding.ts';
import type { MessageStore } from '../store/message-store.ts';

export interface HopLimits {
  /** Messages that may follow from each other in a row; 0 for any number. */
  maxHops: number;
}

/** A message that another answers or was caused by, and in which field it says so. */
interface Origin {
  field: 'reply_to' | 'causation_id';
  id: string;
}

/** Messages whose hops are remembered; of others they are counted again. */
const maxRemembered = 10_000;

/** Messages that are looked up before others get their turn on the event loop. */
const sliceLookups = 64;

/**
 * Ends conversations that do not end by themselves: each message that answers another, or is caused by it, is a hop
 * further away from the one that began it all. What this process has not counted is read from the store, so neither a
 * restart nor another process begins anew.
 */
export class HopGuard {
  readonly #store: MessageStore;
  readonly #limits: () => HopLimits;
  /** By message id, for those that are further away than none. Remembered for longest first. */
  readonly #hops = new Map<string, number>();

  constructor({ store, limits }: { store: MessageStore; limits: () => HopLimits }) {
    this.#store = store;
    this.#limits = limits;
  }

  /**
   * @returns how many hops away the message is from the one that began it all: at once for one that begins something
   * @throws BridgeError `too_many_hops` naming the limit
   */
  admit(content: string): number | Promise<number> {
    const { maxHops } = this.#limits();
    const origins = maxHops > 0 ? originsOf(content) : [];
    return origins.length === 0 ? 0 : this.#count(origins, maxHops);
  }

  /** Notes what was stored. */
  stored(id: string, hops: number): void {
    if (hops === 0) return;
    this.#hops.set(id, hops);
    if (this.#hops.size <= maxRemembered) return;
    const oldest = this.#hops.keys().next();
    if (!oldest.done) this.#hops.delete(oldest.value);
  }

  async #count(origins: readonly Origin[], maxHops: number): Promise<number> {
    // Twice as many as a chain within the limit has: a message may have two origins.
    const search = { lookupsLeft: 2 * maxHops };
    let hops = 0;
    for (const { field, id } of origins) {
      hops = Math.max(hops, 1 + (await this.#hopsTo(id, search)));
      if (hops <= maxHops) continue;
      throw new BridgeError(
        'too_many_hops',
        `this message is ${hops} hops away from the one that began it all, and the limit maxHops is ${maxHops}: if it is no loop, begin anew without ${field}`,
        { field },
      );
    }
    return hops;
  }

  /** Whatever is not there, cleared for instance, begins a chain. */
  async #hopsTo(id: string, search: { lookupsLeft: number }): Promise<number> {
    const known = this.#hops.get(id);
    if (known !== undefined) return known;
    if (search.lookupsLeft === 0) return 0;
    search.lookupsLeft--;
    if (search.lookupsLeft % sliceLookups === 0) await new Promise(setImmediate);
    const message = await this.#store.find(id);
    let hops = 0;
    for (const origin of originsOf(message?.content ?? '')) {
      hops = Math.max(hops, 1 + (await this.#hopsTo(origin.id, search)));
    }
    this.stored(id, hops);
    return hops;
  }
}

/** The messages that one answers or was caused by. Most contents are none that could say so, and not parsed. */
function originsOf(content: string): Origin[] {
  if (!content.includes('"reply_to"') && !content.includes('"causation_id"')) return [];
  const reading = interpretContent(content);
  if (reading.encoding !== 'structured') return [];
  const { reply_to: answered, causation_id: cause } = reading.message;
  const origins: Origin[] = [];
  if (answered !== undefined) origins.push({ field: 'reply_to', id: answered });
  if (cause !== undefined && cause !== answered) origins.push({ field: 'causation_id', id: cause });
  return origins;
}
