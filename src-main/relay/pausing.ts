import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Change } from '../store/changes.ts';
import type { MessageStore, Pause } from '../store/message-store.ts';
import type { Actor } from './actor.ts';
import type { Audit } from './audit.ts';

/** Seconds after which trying again makes sense: somebody has to decide to go on. */
const retryAfter = 30;

export interface PausingParts {
  store: MessageStore;
  audit: Audit;
}

/** What is known of a pause. */
export interface PauseState {
  since: string;
  /** Messages that have been stored meanwhile, those that were cleared again included. */
  held: number;
}

/**
 * Whether the relay hands anything out. While it is paused, messages are stored and nobody gets any. The store keeps
 * it, so it holds for every process on the same data and outlives a restart.
 */
export class Pausing {
  readonly #store: MessageStore;
  readonly #audit: Audit;
  readonly #listeners = new Set<() => void>();
  /** As of what was published last. */
  #published: Pause | undefined;
  /** `#published` is right: the store was asked, or has told. */
  #known = false;

  constructor({ store, audit }: PausingParts) {
    this.#store = store;
    this.#audit = audit;
    store.watch((changes) => this.#note(changes));
  }

  /** The pause under way, as of this moment. */
  async state(): Promise<PauseState | undefined> {
    return this.#toState(await this.#store.pause());
  }

  /** The same without asking the store: what it said when `watch` began and the changes since. */
  get last(): PauseState | undefined {
    return this.#toState(this.#published);
  }

  /** Whether one is under way, as of what was published last: the store is asked once, and not at each send. */
  isPaused(): boolean | Promise<boolean> {
    return this.#known ? this.#published !== undefined : this.#learn();
  }

  /** Calls `listener` whenever a pause begins or ends, in this process or another. */
  async watch(listener: () => void): Promise<void> {
    await this.#learn();
    this.#listeners.add(listener);
  }

  /** @throws BridgeError `paused` while it is, for what cannot be answered with nothing */
  async check(): Promise<void> {
    if (!(await this.state())) return;
    const sentence = 'the relay is paused: it stores messages and hands none out until it is resumed';
    throw new BridgeError('paused', sentence, { retryAfter });
  }

  begin(actor?: Actor): Promise<void> {
    return this.#set(true, actor);
  }

  end(actor?: Actor): Promise<void> {
    return this.#set(false, actor);
  }

  async #set(paused: boolean, actor: Actor | undefined): Promise<void> {
    const changed = await this.#store.setPaused(paused);
    if (!changed) return;
    this.#audit.record({ event: paused ? 'relay_pause' : 'relay_resume' }, actor);
  }

  async #learn(): Promise<boolean> {
    const pause = await this.#store.pause();
    // What was published meanwhile knows better.
    if (!this.#known) this.#published = pause;
    this.#known = true;
    return this.#published !== undefined;
  }

  #note(changes: readonly Change[]): void {
    const last = changes.findLast(interruption);
    if (!last) return;
    const isPaused = interruption(last) === 'paused' && last.kind === 'event';
    this.#known = true;
    this.#published = isPaused ? { since: last.event.timestamp, afterSeq: last.position.seq } : undefined;
    for (const listener of this.#listeners) listener();
  }

  #toState(pause: Pause | undefined): PauseState | undefined {
    return pause && { since: pause.since, held: this.#store.head().seq - pause.afterSeq };
  }
}

/** What a change says about pauses: that one begins, that one ends, or nothing. */
export function interruption(change: Change): 'paused' | 'resumed' | undefined {
  if (change.kind !== 'event') return undefined;
  const { type } = change.event;
  return type === 'paused' || type === 'resumed' ? type : undefined;
}

/** `changes` cut behind each change with which a pause begins or ends. */
export function upToInterruptions(changes: readonly Change[]): (readonly Change[])[] {
  if (!changes.some(interruption)) return [changes];
  const stretches: Change[][] = [[]];
  for (const change of changes) {
    stretches.at(-1)?.push(change);
    if (interruption(change)) stretches.push([]);
  }
  return stretches.filter(({ length }) => length > 0);
}
