import type { Listening } from '../../src-shared/api/sending.ts';
import type { Change } from '../store/changes.ts';
import type { Follower } from '../store/consumers.ts';
import type { MessageStore } from '../store/message-store.ts';

/** Consumers named in the answer to a send; there are rarely more than a handful. */
const maxNamed = 20;

/** How long a channel's followers are kept before they are read again: other processes may forget one, too. */
const freshMs = 5_000;

/** Channels whose followers are kept. */
const maxChannels = 1_000;

/** The followers of a channel as they were read, and as receipts have changed them since. */
interface Known {
  /** Consumer → when it was last heard from. */
  followers: Map<string, string>;
  freshUntil: number;
  /** Whether they could be read; a promise while that is under way. */
  loaded: boolean | Promise<boolean>;
}

/**
 * The consumers that follow each channel, kept in memory for some seconds so that a send can say who is there without
 * asking the store each time. Receipts, of this process and of others, keep it up in between.
 */
export class Audience {
  readonly #store: MessageStore;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  readonly #channels = new Map<string, Known>();

  constructor({
    store,
    onError,
    now = () => performance.now(),
  }: {
    store: MessageStore;
    /** Told when followers could not be read; the answer then names none and does not claim that nobody is there. */
    onError: (error: unknown) => void;
    now?: () => number;
  }) {
    this.#store = store;
    this.#onError = onError;
    this.#now = now;
    store.watch((changes) => this.#note(changes));
  }

  /** Forgets what is known of a channel: one of its followers has been removed. */
  forget(channel: string): void {
    this.#channels.delete(channel);
  }

  /** Who is there, besides the sender itself. */
  of(
    channel: string,
    sender: string,
    here: { waiting: number; streaming: number },
  ): Listening | Promise<Listening> {
    const { followers, loaded } = this.#knownOf(channel);
    const listening = (isComplete: boolean): Listening => {
      const consumers = namesBesides(sender, followers);
      const nobody = isComplete && here.waiting === 0 && here.streaming === 0 && consumers.length === 0;
      return { ...here, consumers, nobody };
    };
    return typeof loaded === 'boolean' ? listening(loaded) : loaded.then(listening);
  }

  #knownOf(channel: string): Known {
    const now = this.#now();
    const known = this.#channels.get(channel);
    if (known && now < known.freshUntil) return known;
    const followers = new Map<string, string>();
    const fresh: Known = { followers, freshUntil: now + freshMs, loaded: false };
    fresh.loaded = this.#load(channel, followers).then((isComplete) => (fresh.loaded = isComplete));
    this.#channels.delete(channel);
    this.#channels.set(channel, fresh);
    if (this.#channels.size > maxChannels) this.#forgetOldest();
    return fresh;
  }

  async #load(channel: string, followers: Map<string, string>): Promise<boolean> {
    try {
      // One more than is named, since the sender may be among them.
      for (const follower of await this.#store.followers(channel, maxNamed + 1)) heard(followers, follower);
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  #forgetOldest(): void {
    const oldest = this.#channels.keys().next();
    if (!oldest.done) this.#channels.delete(oldest.value);
  }

  #note(changes: readonly Change[]): void {
    if (this.#channels.size === 0) return;
    for (const change of changes) {
      if (change.kind !== 'event') continue;
      const { event } = change;
      if (event.type !== 'read' && event.type !== 'acked') continue;
      const known = this.#channels.get(event.channel);
      if (known) heard(known.followers, { consumer: event.consumer, lastSeen: event.timestamp });
    }
  }
}

/** What was read may be older than what a receipt has said meanwhile. */
function heard(followers: Map<string, string>, { consumer, lastSeen }: Follower): void {
  const known = followers.get(consumer);
  if (known === undefined || known < lastSeen) followers.set(consumer, lastSeen);
}

function byLastSeen(a: { last_seen: string }, b: { last_seen: string }): number {
  if (a.last_seen === b.last_seen) return 0;
  return a.last_seen > b.last_seen ? -1 : 1;
}

/** Those heard from last, first. */
function namesBesides(sender: string, followers: ReadonlyMap<string, string>): Listening['consumers'] {
  const others: Listening['consumers'] = [];
  for (const [consumer_id, last_seen] of followers) {
    if (consumer_id !== sender) others.push({ consumer_id, last_seen });
  }
  return others.sort(byLastSeen).slice(0, maxNamed);
}
