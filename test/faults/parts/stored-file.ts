import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteStore } from '../../../src-main/store/sqlite/sqlite-store.ts';
import { toError } from '../../../src-shared/bridge-error.ts';
import type { Model, Seen } from '../model.ts';

export interface DatabaseFiles {
  database: Buffer;
  log: Buffer;
}

/**
 * Opens a database as a relay would after a fall, and reads all of it. The shared memory beside it did not outlive the
 * fall. Undefined if it cannot be opened, which is noted.
 */
export async function openAfterFall(
  folder: string,
  { database, log }: DatabaseFiles,
  { model, moment }: { model: Model; moment: string },
): Promise<Seen[] | undefined> {
  const path = join(folder, 'fallen.db');
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
  writeFileSync(path, database);
  writeFileSync(`${path}-wal`, log);
  try {
    const store = new SqliteStore({ path, durability: 'normal' });
    const stored = await store.after(undefined, 0, 1_000_000);
    await store.close();
    const check = new Database(path);
    const found = check.pragma('integrity_check(1)', { simple: true });
    check.close();
    if (found !== 'ok') model.violated(`${moment}: the database is damaged (${String(found)})`);
    return stored.map(({ seq, id, content }) => ({ seq, id, content }));
  } catch (error) {
    model.violated(`${moment}: the database cannot be used (${toError(error).message})`);
    return undefined;
  }
}

/** Numbers are given in the order of commits: what is missing in the middle was lost out of turn. */
export function isWithoutHoles(stored: readonly Seen[]): boolean {
  return stored.every(({ seq }, index) => seq === index + 1);
}
