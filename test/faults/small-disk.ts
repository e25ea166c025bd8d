import { onTestFinished } from 'vitest';
import { canMakeDisks, lacksDisks, SmallDisk } from './parts/small-disk.ts';

/** Suites that need small disks skip and say so otherwise. */
export { canMakeDisks } from './parts/small-disk.ts';
if (!canMakeDisks) console.log(`Full disks are not tested: ${lacksDisks() ?? ''}.`);

/** The folder of a disk of so many megabytes that is gone when the test ends. */
export function diskOfTest(megabytes: number): string {
  const disk = SmallDisk.make(megabytes);
  if (!disk) throw new Error('no small disk could be made');
  onTestFinished(() => disk[Symbol.dispose]());
  return disk.folder;
}
