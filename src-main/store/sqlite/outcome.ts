import { BridgeError, toError } from '../../../src-shared/bridge-error.ts';
import type { Change } from '../changes.ts';
import type { Clock } from './clock.ts';
import type { Write } from './commit-queue.ts';
import type { DeliveryStatements } from './delivery-statements.ts';
import type { OpenChannels } from './open-channels.ts';
import type { Origins } from './origins.ts';
import type { Statements } from './statements.ts';

/** What every write works with. `record` collects the changes of the transaction in order. */
export interface WriteContext {
  sql: Statements;
  delivery: DeliveryStatements;
  origins: Origins;
  clock: Clock;
  openChannels: OpenChannels;
  record: (change: Change) => void;
}

/** A write with the promise of its outcome. */
export abstract class Outcome<T> implements Write {
  readonly promise: Promise<T>;
  abstract readonly bytes: number;
  #resolve!: (value: T) => void;
  #reject!: (error: Error) => void;
  #value: T | undefined;
  #refusal: BridgeError | undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * @throws BridgeError to refuse this write alone, before it has changed anything: the others of its transaction are
   *   committed all the same
   */
  protected abstract write(): T;

  apply(): void {
    try {
      this.#value = this.write();
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw toError(thrown);
      this.#refusal = thrown;
    }
  }

  settle(): void {
    if (this.#refusal) this.#reject(this.#refusal);
    else this.#resolve(this.#value as T);
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

/** Any other write: housekeeping in small steps. */
export class Step<T> extends Outcome<T> {
  readonly bytes = 0;
  protected override readonly write: () => T;

  constructor(write: () => T) {
    super();
    this.write = write;
  }
}
