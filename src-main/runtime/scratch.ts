import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unusable } from '../settings/configuration-error.ts';
import type { DataPaths } from '../settings/paths.ts';
import { isAlive } from '../settings/process-alive.ts';
import { makeDirectory } from '../store/make-directory.ts';

/** What our files are called, with the number of the process that they belong to. */
const scratchName = /^scratch-(\d+)-/;

/**
 * Makes room for files that are needed for a moment, in the data directory: other places for such files may be small or
 * in memory. What processes have left there that were killed is removed.
 * @returns names a new file for a purpose
 * @throws ConfigurationError when the data directory cannot be written
 */
export function prepareScratch({ runtimeDirectory }: DataPaths): (purpose: string) => string {
  try {
    makeDirectory(runtimeDirectory);
    for (const name of readdirSync(runtimeDirectory)) {
      const pid = scratchName.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(runtimeDirectory, name), { force: true });
    }
  } catch (error) {
    throw unusable('write', runtimeDirectory, error);
  }
  return (purpose) =>
    join(runtimeDirectory, `scratch-${process.pid}-${randomBytes(6).toString('hex')}-${purpose}`);
}
