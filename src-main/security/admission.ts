import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Lease } from './principal.ts';

/** A way in that may be closed: what has come in by it and is still open ends then. */
export class Admission implements Lease {
  readonly #end = new AbortController();
  /** Listeners of a signal cost several times as much, and each request would add one and take it away. */
  readonly #open = new Set<() => void>();

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  use(cut: () => void): () => void {
    this.#open.add(cut);
    return () => void this.#open.delete(cut);
  }

  end(): void {
    for (const cut of this.#open) cut();
    // What a request that comes this way is told from now on.
    this.#end.abort(new BridgeError('unauthorized', 'unauthorized'));
  }
}
