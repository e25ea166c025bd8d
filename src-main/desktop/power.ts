import type { PowerMonitor, PowerSaveBlocker } from 'electron/main';

export interface PowerParts {
  monitor: Pick<PowerMonitor, 'on'>;
  /** The computer is about to sleep: what is in the write-ahead log should be in the database. */
  onSuspend: () => void;
  /** It is awake again, perhaps in another network: the port is to be looked at, and the addresses. */
  onResume: () => void;
  /** The system goes down and waits for us a little. */
  onShutdown: () => void;
}

/** Has the relay take note when the computer sleeps, wakes or is shut down. */
export function followPower({ monitor, onSuspend, onResume, onShutdown }: PowerParts): void {
  monitor.on('suspend', onSuspend);
  monitor.on('resume', onResume);
  monitor.on('shutdown', onShutdown);
}

/** Keeps the computer from falling asleep by itself, while it is asked to. The display may still go dark. */
export class KeepAwake {
  readonly #blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>;
  #id: number | undefined;

  constructor(blocker: Pick<PowerSaveBlocker, 'start' | 'stop'>) {
    this.#blocker = blocker;
  }

  set(wanted: boolean): void {
    if (wanted === (this.#id !== undefined)) return;
    if (this.#id === undefined) this.#id = this.#blocker.start('prevent-app-suspension');
    else {
      this.#blocker.stop(this.#id);
      this.#id = undefined;
    }
  }
}
