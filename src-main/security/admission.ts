import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Lease } from './principal.ts';

/** A way in that may be closed: what has come in by it and is still open ends then. */
export class Admission implements Lease {
  readonly #end = new AbortController();

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Nobody counts what is open. */
  use(): () => void {
    return () => undefined;
  }

  end(): void {
    // What a request that comes this way is told from now on.
    this.#end.abort(new BridgeError('unauthorized', 'unauthorized'));
  }
}
