import { accessSync, chmodSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { makeDirectory } from '../make-directory.ts';
import { toOpenError } from './failure.ts';
import { migrate } from './migrations/index.ts';

export type Durability = 'full' | 'normal';

/** How long another program may hold the file while we start, in ms. */
const startTimeout = 5_000;

/** How long a statement may wait for a lock afterwards, in ms: the event loop waits with it, so it is short. */
const busyTimeout = 10;

export interface OpenedDatabase {
  db: Database.Database;
  path: string;
  warnings: string[];
}

/**
 * Opens the file, making it (mode 0600) and its folder (0700) if they are missing, and brings it to the newest format.
 * @throws BridgeError with a sentence that names the file and what is wrong with it.
 */
export function openDatabase(file: string, durability: Durability): OpenedDatabase {
  const path = resolve(file);
  let db: Database.Database | undefined;
  try {
    const warnings = prepareFile(path);
    db = new Database(path, { timeout: startTimeout });
    configure(db, durability);
    migrate(db);
    db.pragma(`busy_timeout = ${busyTimeout}`);
    return { db, path, warnings };
  } catch (error) {
    db?.close();
    throw toOpenError(path, error);
  }
}

function configure(db: Database.Database, durability: Durability): void {
  if (db.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
    throw new Error('it is on a file system without shared memory, which write-ahead logging needs');
  }
  // FULL: a commit is on the disk before it is acknowledged. NORMAL: only a power cut may take the last moments.
  db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
  db.pragma('cache_size = -8000');
  // What a statement would undo is kept in memory: a temporary file would need a descriptor and a folder with space at any moment.
  db.pragma('temp_store = MEMORY');
}

/** SQLite gives its side files the mode of the main file, so the main file is made first, with the right one. */
function prepareFile(path: string): string[] {
  if (existsSync(path)) {
    if (!statSync(path).isFile()) throw new Error('it is not a file');
    // The folder too: the write-ahead log is made in it. SQLite only says that it cannot open the file.
    for (const place of [path, dirname(path)]) accessSync(place, constants.R_OK | constants.W_OK);
    return loosePermissions(path);
  }
  makeDirectory(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
  // The umask may have taken bits away that the owner needs, never added any.
  chmodSync(path, 0o600);
  return [];
}

function loosePermissions(path: string): string[] {
  if (process.platform === 'win32') return [];
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return [];
  return [
    `the database ${path} can be read by other users of this machine (mode 0${mode.toString(8)}): chmod 600 it`,
  ];
}
