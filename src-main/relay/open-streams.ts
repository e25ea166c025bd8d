import { everyChannel, type Change } from '../store/changes.ts';
import { carries, channelOf, keyOf, selects, type Selection } from './selection.ts';
import type { Subscription } from './subscription.ts';

/** The subscriptions that carry the same, and so are handed the same. */
export interface StreamGroup {
  selection: Selection;
  subscriptions: Set<Subscription>;
}

/** The subscriptions that are open, and which of them a change concerns: found by its channel, however many there are. */
export class OpenStreams implements Iterable<Subscription> {
  /** By what they carry. */
  readonly #groups = new Map<string, StreamGroup>();
  readonly #groupsOf = new Map<string, Set<StreamGroup>>();
  readonly #groupsOfAll = new Set<StreamGroup>();
  readonly #naming = new Map<string, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Those that carry a channel, by name or with all others. */
  on(channel: string): number {
    let count = this.naming(channel);
    for (const { selection, subscriptions } of this.#groupsOfAll) {
      if (carries(selection, channel)) count += subscriptions.size;
    }
    return count;
  }

  /** Those that have asked for a channel by its name. */
  naming(channel: string): number {
    return this.#naming.get(channel) ?? 0;
  }

  add(subscription: Subscription): void {
    this.#groupOf(subscription.selection).subscriptions.add(subscription);
    this.#count(subscription.selection, 1);
  }

  remove(subscription: Subscription): void {
    const { selection } = subscription;
    const group = this.#groupOf(selection);
    if (group.subscriptions.delete(subscription)) this.#count(selection, -1);
    if (group.subscriptions.size === 0) this.#forget(group);
  }

  *[Symbol.iterator](): Iterator<Subscription> {
    for (const { subscriptions } of this.#groups.values()) yield* subscriptions;
  }

  /** The changes that somebody listens to, by who does. */
  concernedBy(changes: readonly Change[]): ReadonlyMap<StreamGroup, readonly Change[]> {
    const byGroup = new Map<StreamGroup, Change[]>();
    if (this.#size === 0) return byGroup;
    const add = (group: StreamGroup, change: Change) => {
      if (!selects(group.selection, change)) return;
      const own = byGroup.get(group);
      if (own) own.push(change);
      else byGroup.set(group, [change]);
    };
    for (const change of changes) {
      const channel = channelOf(change);
      const named = channel === everyChannel ? this.#groups.values() : (this.#groupsOf.get(channel) ?? []);
      for (const group of named) if (group.selection.channels !== 'all') add(group, change);
      for (const group of this.#groupsOfAll) add(group, change);
    }
    return byGroup;
  }

  #count({ channels }: Selection, by: 1 | -1): void {
    this.#size += by;
    for (const channel of channels === 'all' ? [] : channels) {
      const count = this.naming(channel) + by;
      if (count === 0) this.#naming.delete(channel);
      else this.#naming.set(channel, count);
    }
  }

  #groupOf(selection: Selection): StreamGroup {
    const key = keyOf(selection);
    const known = this.#groups.get(key);
    if (known) return known;
    const group: StreamGroup = { selection, subscriptions: new Set() };
    this.#groups.set(key, group);
    if (selection.channels === 'all') this.#groupsOfAll.add(group);
    else for (const channel of selection.channels) this.#index(channel, group);
    return group;
  }

  #index(channel: string, group: StreamGroup): void {
    const groups = this.#groupsOf.get(channel);
    if (groups) groups.add(group);
    else this.#groupsOf.set(channel, new Set([group]));
  }

  #forget(group: StreamGroup): void {
    const { channels } = group.selection;
    this.#groups.delete(keyOf(group.selection));
    this.#groupsOfAll.delete(group);
    for (const channel of channels === 'all' ? [] : channels) {
      const groups = this.#groupsOf.get(channel);
      groups?.delete(group);
      if (groups?.size === 0) this.#groupsOf.delete(channel);
    }
  }
}
