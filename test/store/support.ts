import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { SqliteStore, type SqliteStoreOptions } from '../../src-main/store/sqlite/sqlite-store.ts';

/** A database file in a folder of its own. */
export interface ScratchDatabase {
  readonly folder: string;
  readonly path: string;
  open(options?: Partial<SqliteStoreOptions>): Promise<SqliteStore>;
  /** Opens a copy of it. */
  openCopy(file: string): Promise<SqliteStore>;
  /** Closes every store opened here and removes the folder. */
  remove(): Promise<void>;
}

export function scratchDatabase(): ScratchDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-store-'));
  const path = join(folder, 'claude-bridge.db');
  const stores: SqliteStore[] = [];
  const open: ScratchDatabase['open'] = (options) => {
    const store = new SqliteStore({ path, durability: 'full', ...options });
    stores.push(store);
    return Promise.resolve(store);
  };
  return {
    folder,
    path,
    open,
    openCopy: (file) => open({ path: file }),
    async remove() {
      await Promise.all(stores.map((store) => store.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A database file that is gone when the test ends. */
export function databaseOfTest(): ScratchDatabase {
  const database = scratchDatabase();
  onTestFinished(() => database.remove());
  return database;
}

/** A connection as any other program would have it. It is closed when the test ends. */
export function plainConnection(path: string): Database.Database {
  const connection = new Database(path);
  onTestFinished(() => {
    connection.close();
  });
  return connection;
}

/** Waits for something that nobody reports; the test's own time limit ends a wait in vain. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
