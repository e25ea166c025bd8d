import { writeFile } from 'node:fs/promises';
import { writeNewFile } from '../store/new-file.ts';

/**
 * Keeps a line that only its owner may read (mode 0600). The file is made ready before `make` is asked for the line, so
 * that nothing is made that cannot be kept.
 * @throws BridgeError `conflict` when the file is there and may not be replaced; what `make` throws
 */
export function keepPrivately(
  file: string,
  { replace }: { replace: boolean },
  make: () => Promise<string>,
): Promise<void> {
  return writeNewFile(file, { replace }, async (draft) => writeFile(draft, `${await make()}\n`));
}
