import type { BackupOptions } from '../message-store.ts';
import { backupDatabase } from './backup.ts';
import { shuttingDown } from './failure.ts';

/** The copies of a database that are being made. */
export class Backups {
  readonly #source: string;
  readonly #running = new Set<Promise<number>>();
  readonly #ending = new AbortController();

  constructor(source: string) {
    this.#source = source;
  }

  /** See `backupDatabase`. */
  async make(file: string, options: BackupOptions): Promise<number> {
    const ending = this.#ending.signal;
    const signal = options.signal ? AbortSignal.any([options.signal, ending]) : ending;
    const copying = backupDatabase(this.#source, file, { ...options, signal });
    this.#running.add(copying);
    try {
      return await copying;
    } finally {
      this.#running.delete(copying);
    }
  }

  /** Breaks them off. Nothing is left of them once `ended` resolves. */
  end(): void {
    this.#ending.abort(shuttingDown());
  }

  async ended(): Promise<void> {
    await Promise.allSettled(this.#running);
  }
}
