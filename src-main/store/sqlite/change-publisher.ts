import type { Change, Position } from '../changes.ts';
import type { ChangeLog } from './change-log.ts';

/** Changes read at a time when other processes have written. */
const pageSize = 200;

/**
 * Hands every committed change, own or foreign, to the listeners exactly once and in commit order. Own changes are
 * handed over as they are committed; as soon as another process has written in between, all are read from the log.
 */
export class ChangePublisher {
  readonly #log: ChangeLog;
  readonly #onError: (error: unknown) => void;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  #head: Position;
  #behind = false;
  #reading: NodeJS.Immediate | undefined;
  #stopped = false;

  constructor(log: ChangeLog, onError: (error: unknown) => void) {
    this.#log = log;
    this.#onError = onError;
    this.#head = log.end();
  }

  /** The newest change that was handed out. */
  get head(): Position {
    return this.#head;
  }

  /** Others had written when that was looked for last, and not all of it was handed out then. */
  get behind(): boolean {
    return this.#behind;
  }

  watch(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Inside a transaction, before its writes: notes whether others have written since the last change handed out. */
  compare(): void {
    this.#behind = isAfter(this.#log.end(), this.#head);
  }

  /** After a commit of our own with these changes. */
  committed(changes: Change[]): void {
    if (this.#behind) {
      this.look();
      return;
    }
    if (changes.length === 0) return;
    let head = this.#head;
    for (const change of changes) {
      head = { seq: change.position.seq, event: Math.max(head.event, change.position.event) };
      change.position = head;
    }
    this.#publish(changes, head);
  }

  /** Looks whether others have written and hands on what they wrote. */
  look(): void {
    if (this.#reading || this.#stopped) return;
    try {
      if (isAfter(this.#log.end(), this.#head)) this.#readOn();
    } catch (error) {
      // Another process recovers or closes the file, or it is in trouble: the next look tries again.
      this.#onError(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearImmediate(this.#reading);
    this.#listeners.clear();
  }

  #readOn(): void {
    const { changes, position, more } = this.#log.page(this.#head, { limit: pageSize });
    this.#publish(changes, position);
    if (!more) return;
    this.#reading = setImmediate(() => {
      this.#reading = undefined;
      this.look();
    });
  }

  #publish(changes: readonly Change[], head: Position): void {
    this.#head = head;
    if (changes.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

function isAfter(end: Position, head: Position): boolean {
  return end.seq > head.seq || end.event > head.event;
}
