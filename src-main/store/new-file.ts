import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BridgeError } from '../../src-shared/bridge-error.ts';

/** What SQLite may leave beside a file when its writing is broken off. */
const sideFiles = ['', '-journal', '-wal', '-shm'];

/**
 * Makes a file that is complete and on disk, or not there at all: `write` fills a draft beside it (mode 0600), which then
 * takes its name. Whatever goes wrong, the draft is removed.
 * @throws BridgeError `conflict` when there is a file of that name and it may not be replaced; what `write` and the system throw
 */
export async function writeNewFile<T>(
  file: string,
  { replace }: { replace: boolean },
  write: (draft: string) => Promise<T>,
): Promise<T> {
  const path = resolve(file);
  if (!replace && existsSync(path)) throw exists(path);
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  try {
    await (await open(draft, 'wx', 0o600)).close();
    const result = await write(draft);
    await flush(draft);
    await (replace ? rename(draft, path) : renameToNew(draft, path));
    await flushFolder(dirname(path));
    return result;
  } finally {
    for (const side of sideFiles) await rm(draft + side, { force: true });
  }
}

/** Renames only where nothing has the new name: a plain rename would replace it. */
async function renameToNew(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(path);
    // Some file systems have no links. What appears under the name in this very moment is lost there.
    if (existsSync(path)) throw exists(path);
    await rename(draft, path);
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is on disk when its folder is. Windows has no such thing. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function exists(path: string): BridgeError {
  return new BridgeError('conflict', `${path} exists already`);
}
