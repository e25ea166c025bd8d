import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Lease } from './principal.ts';

/** A way in that may be closed: what has come in by it and is still open ends then. */
export class Admission implements Lease {
  readonly #end = new AbortController();
  /**
   * What is open, with gaps that are used again. Listeners of a signal cost several times as much, and each request adds one
   * and takes it away. A set that changes so often leaves one table after the other behind, each of which holds on to
   * the next and to the requests in it, until a full collection: that would make every small one copy them all.
   */
  readonly #open: ((() => void) | undefined)[] = [];
  readonly #gaps: number[] = [];

  get ended(): AbortSignal {
    return this.#end.signal;
  }

  use(cut: () => void): () => void {
    const place = this.#gaps.pop() ?? this.#open.length;
    this.#open[place] = cut;
    return () => {
      if (this.#open[place] !== cut) return;
      this.#open[place] = undefined;
      this.#gaps.push(place);
    };
  }

  /** @param reason what a request that comes this way is told from now on */
  end(reason = new BridgeError('unauthorized', 'unauthorized')): void {
    for (const cut of this.#open) cut?.();
    this.#end.abort(reason);
  }
}
