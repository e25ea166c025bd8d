import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { unusable } from '../settings/configuration-error.ts';
import type { DataPaths } from '../settings/paths.ts';
import type { RuntimeFile } from '../settings/runtime-file.ts';
import { makeDirectory } from '../store/make-directory.ts';

/**
 * Leaves word of this relay for the programs of the same user: address, process and a token of its own that is valid
 * as long as the process lives. Mode 0600; on Windows the user profile's own access rules protect it.
 * @throws ConfigurationError when the data directory cannot be written
 */
export function writeRuntimeFile(paths: DataPaths, content: RuntimeFile): void {
  const draft = `${paths.runtimeFile}.${process.pid}`;
  try {
    makeDirectory(paths.runtimeDirectory);
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, paths.runtimeFile);
  } catch (error) {
    // On a full disk the draft is there without its content.
    rmSync(draft, { force: true });
    throw unusable('write', paths.runtimeFile, error);
  }
}

/** Takes the word back, unless another relay has left its own in the meantime. */
export function removeRuntimeFile(paths: DataPaths, token: string): void {
  try {
    const left = JSON.parse(readFileSync(paths.runtimeFile, 'utf8')) as Partial<RuntimeFile>;
    if (left.token === token) rmSync(paths.runtimeFile);
  } catch {
    // Gone or damaged: nothing of ours is left to remove.
  }
}
