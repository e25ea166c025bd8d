import type { JSONRPCNotification, ProgressToken } from '@modelcontextprotocol/sdk/types.js';
import type { Outage } from './link.ts';
import type { PlannedCall } from './planned-call.ts';

export interface ProgressOptions {
  call: PlannedCall;
  /** With which the client asked for progress; undefined if it did not. */
  token: ProgressToken | undefined;
  /** How it stands with the relay. */
  outage: () => Outage | undefined;
  notify: (notification: JSONRPCNotification) => void;
}

/** How often a client hears that the relay is away, in ms; clients give up on silence. */
const outageNoteMs = 20_000;

/**
 * Passes on what the relay says of the progress of a call. A wait that is interrupted begins anew at the relay, so its
 * progress is counted here: seconds since the client asked.
 */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #last = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    if (options.token !== undefined) this.#timer = setInterval(() => this.#noteOutage(), outageNoteMs);
  }

  readonly take = (notification: JSONRPCNotification): void => {
    const { call, token, notify } = this.#options;
    if (notification.method !== 'notifications/progress' || token === undefined) return;
    if (call.waits) this.#note('no message yet');
    else notify(notification);
  };

  end(): void {
    clearInterval(this.#timer);
  }

  #noteOutage(): void {
    const outage = this.#options.outage();
    if (outage) this.#note(`the relay cannot be reached: ${outage.reason}; it is tried again and again`);
  }

  #note(message: string): void {
    const { call, token, notify } = this.#options;
    const progress = Math.round((performance.now() - this.#began) / 10) / 100;
    // It must increase with each note.
    if (progress <= this.#last) return;
    this.#last = progress;
    const total = Math.max(call.patienceMs / 1_000, progress);
    notify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: token, progress, total, message },
    });
  }
}
