import { BridgeError } from '../../../../src-shared/bridge-error.ts';
import type { CallOptions } from '../../../../src-shared/client/api-client.ts';
import type { Notices } from './notices.ts';

/** What the screen does in the background, and what ends it. */
export class Work {
  /** Resolves when somebody quits; rejects for what cannot go on. */
  readonly ended: Promise<void>;
  /** With these, a call to the relay ends when the screen does. */
  readonly options: CallOptions;

  readonly #notices: Notices;
  readonly #changed: () => void;
  readonly #closing = new AbortController();
  #end: () => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(notices: Notices, changed: () => void) {
    this.#notices = notices;
    this.#changed = changed;
    this.options = { signal: this.#closing.signal };
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
  }

  /** Goes on when something is done; what a relay refuses is told, anything else ends the screen. */
  run(work: Promise<unknown>): void {
    work
      .catch((error: unknown) => {
        if (error instanceof BridgeError) this.#notices.say(error.message, 'bad');
        else this.failed(error);
      })
      .finally(this.#changed);
  }

  quit(): void {
    this.#end();
  }

  failed(error: unknown): void {
    if (!this.#closing.signal.aborted) this.#fail(error);
  }

  close(): void {
    this.#closing.abort(new Error('closed'));
  }
}
