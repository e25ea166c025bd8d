import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { DataPaths } from '../settings/paths.ts';
import type { RuntimeFile } from '../settings/runtime-file.ts';

/**
 * Leaves word of this relay for the programs of the same user: address, process and a token of its own that is valid
 * as long as the process lives. Mode 0600; on Windows the user profile's own access rules protect it.
 */
export function writeRuntimeFile(paths: DataPaths, content: RuntimeFile): void {
  mkdirSync(paths.runtimeDirectory, { recursive: true, mode: 0o700 });
  const draft = `${paths.runtimeFile}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, paths.runtimeFile);
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
