import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of a few megabytes. */
export class SmallDisk implements Disposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined where it cannot be made: only the superuser of a Linux machine may. */
  static make(megabytes: number): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), 'claude-bridge-disk-'));
    if (mount(folder, `size=${megabytes}m`)) return new SmallDisk(folder);
    rmdirSync(folder);
    return undefined;
  }

  /** Nobody may have a file open for writing when it becomes read-only. */
  allowWriting(allowed: boolean): void {
    if (!mount(this.folder, `remount,${allowed ? 'rw' : 'ro'}`))
      throw new Error('the disk could not be mounted anew');
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['--lazy', this.folder]);
    rmdirSync(this.folder);
  }
}

function mount(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]).status === 0;
}

/** Whether this machine lets us make small disks. */
export const canMakeDisks = (() => {
  using disk = SmallDisk.make(1);
  return disk !== undefined;
})();

export function lacksDisks(): string | undefined {
  return canMakeDisks ? undefined : 'only the superuser of a Linux machine can make small disks';
}

/** Takes all the space there is. Returns the file that has it. */
export function fillDisk(folder: string): string {
  const path = join(folder, 'ballast');
  const file = openSync(path, 'w');
  try {
    for (const bytes of [1_048_576, 4_096]) {
      const chunk = Buffer.alloc(bytes);
      while (fits(file, chunk));
    }
  } finally {
    closeSync(file);
  }
  return path;
}

function fits(file: number, chunk: Buffer): boolean {
  try {
    return writeSync(file, chunk) === chunk.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
