import type { Database, Statement } from 'better-sqlite3';

/** Notices that another connection, of whatever process, has changed the file. */
export class DataVersion {
  readonly #version: Statement<[], number>;
  #seen: number | undefined;

  constructor(db: Database) {
    this.#version = db.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** Whether another connection has committed since this was asked last; true the first time. Within a transaction the answer holds to its end. */
  changed(): boolean {
    const before = this.#seen;
    this.#seen = this.#version.get();
    return this.#seen !== before;
  }

  /** Makes the next answer true: what we know of the file may be wrong. */
  forget(): void {
    this.#seen = undefined;
  }
}
