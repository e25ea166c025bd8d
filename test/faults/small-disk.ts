import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of a few megabytes, which only the superuser may make. */
function smallDisk(megabytes: number): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', folder]);
  if (status === 0) return folder;
  rmdirSync(folder);
  return undefined;
}

function unmount(folder: string): void {
  spawnSync('umount', ['--lazy', folder]);
  rmdirSync(folder);
}

/** Whether this machine lets us make small disks; suites that need them skip and say so otherwise. */
export const canMakeDisks = (() => {
  const folder = smallDisk(1);
  if (folder !== undefined) unmount(folder);
  return folder !== undefined;
})();
if (!canMakeDisks)
  console.log('Full disks are not tested: only the superuser of a Linux machine can make small ones.');

/** A disk of so many megabytes that is gone when the test ends. */
export function diskOfTest(megabytes: number): string {
  const folder = smallDisk(megabytes);
  if (folder === undefined) throw new Error('no small disk could be made');
  onTestFinished(() => unmount(folder));
  return folder;
}
