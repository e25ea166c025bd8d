import type { Actor } from './actor.ts';

/** What an agent is doing right now besides having been here. */
export type Activity = 'waiting' | 'streaming';

/** An agent as others see it: a name under a credential, and what is known about where it is. */
export interface AgentState {
  /** Its consumer name, else the sender name it uses. */
  name: string;
  principal: string;
  client: { name: string; version: string } | undefined;
  transport: string;
  address: string | undefined;
  firstSeen: number;
  /** In ms since 1970. */
  lastSeen: number;
  /** Channels on which it waits or has a stream open at this moment. */
  waiting: string[];
  streaming: string[];
}

interface Entry extends Omit<AgentState, 'waiting' | 'streaming'> {
  open: Map<symbol, { activity: Activity; channel: string }>;
  /** Where it was heard from, most recently last. */
  channels: Set<string>;
  lastChannel: string;
  /** When it was last put in its place among the agents, in ms since 1970. */
  placedAt: number;
}

/** Agents that are remembered; beyond it the one not seen for longest is forgotten. */
const maxAgents = 2_000;

/** Channels that are remembered of one agent. */
const maxChannels = 50;

/** Sightings that lie closer together than so many ms change no order: keeping it exactly would cost each send. */
const orderMs = 1_000;

/**
 * Who is here. Kept in memory only: it is about now. An agent is its principal and its name, so it stays the same over
 * a reconnect and under another session; it expires by itself when nothing is heard from it.
 */
export class Presence {
  readonly #expiryMs: () => number;
  /** Oldest sighting first, to within `orderMs`. */
  readonly #agents = new Map<string, Entry>();

  constructor({ expiryMs }: { expiryMs: () => number }) {
    this.#expiryMs = expiryMs;
  }

  /** Notes that `name` was heard from on a channel. */
  saw(name: string, channel: string, actor: Actor): void {
    this.#touch(name, channel, actor);
  }

  /** Notes that `name` waits or listens from now on. Returns the function that ends it. */
  began(name: string, activity: Activity, channel: string, actor: Actor): () => void {
    const entry = this.#touch(name, channel, actor);
    const handle = Symbol(activity);
    entry.open.set(handle, { activity, channel });
    return () => {
      if (entry.open.delete(handle)) this.#note(entry, Date.now());
    };
  }

  /** How many agents are here. */
  get size(): number {
    this.#forgetExpired(Date.now());
    return this.#agents.size;
  }

  /**
   * The agents of the last minutes, most recent first: those that were heard from on a channel that may be read, with
   * what they do on such channels.
   */
  list({ access }: Pick<Actor, 'access'>): AgentState[] {
    const now = Date.now();
    this.#forgetExpired(now);
    const { readable } = access;
    const isShown = (channel: string) => readable?.has(channel) ?? true;
    return [...this.#agents.values()]
      .filter(({ channels }) => !readable || [...channels].some(isShown))
      .map(({ open, channels: _channels, lastChannel: _lastChannel, placedAt: _placedAt, ...agent }) => ({
        ...agent,
        lastSeen: open.size > 0 ? now : agent.lastSeen,
        waiting: channelsOf(open, 'waiting').filter(isShown),
        streaming: channelsOf(open, 'streaming').filter(isShown),
      }))
      .sort((a, b) => b.lastSeen - a.lastSeen);
  }

  #touch(name: string, channel: string, { principal, client, transport, address }: Actor): Entry {
    const now = Date.now();
    const remembered = this.#agents.get(keyOf({ principal, name }));
    const known = remembered && !this.#isExpired(remembered, now) ? remembered : undefined;
    const entry: Entry = known ?? {
      name,
      principal,
      client: undefined,
      transport,
      address: undefined,
      firstSeen: now,
      lastSeen: now,
      open: new Map(),
      channels: new Set(),
      lastChannel: '',
      placedAt: 0,
    };
    entry.client = client ?? entry.client;
    entry.transport = transport;
    entry.address = address;
    noteChannel(entry, channel);
    this.#note(entry, now);
    if (this.#agents.size > maxAgents) this.#forgetOldest();
    return entry;
  }

  #note(entry: Entry, now: number): void {
    entry.lastSeen = now;
    if (now - entry.placedAt < orderMs) return;
    entry.placedAt = now;
    const key = keyOf(entry);
    this.#agents.delete(key);
    this.#agents.set(key, entry);
  }

  #forgetExpired(now: number): void {
    for (const [key, entry] of this.#agents) if (this.#isExpired(entry, now)) this.#agents.delete(key);
  }

  /** Nothing was heard from it for so long that it counts as gone; one that waits or listens is there. */
  #isExpired({ lastSeen, open }: Entry, now: number): boolean {
    return open.size === 0 && lastSeen < now - this.#expiryMs();
  }

  #forgetOldest(): void {
    for (const [key, { open }] of this.#agents) {
      if (open.size > 0) continue;
      this.#agents.delete(key);
      return;
    }
  }
}

function noteChannel(entry: Entry, channel: string): void {
  if (entry.lastChannel === channel) return;
  entry.lastChannel = channel;
  const { channels } = entry;
  channels.delete(channel);
  channels.add(channel);
  if (channels.size <= maxChannels) return;
  const oldest = channels.keys().next();
  if (!oldest.done) channels.delete(oldest.value);
}

function keyOf({ principal, name }: Pick<Entry, 'principal' | 'name'>): string {
  return `${principal}\n${name}`;
}

function channelsOf(open: Entry['open'], activity: Activity): string[] {
  const channels = new Set<string>();
  for (const one of open.values()) if (one.activity === activity) channels.add(one.channel);
  return [...channels];
}
