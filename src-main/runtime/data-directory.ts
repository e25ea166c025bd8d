import { unusable } from '../settings/configuration-error.ts';
import type { DataPaths } from '../settings/paths.ts';
import { makeDirectory } from '../store/make-directory.ts';

/**
 * Makes the folder of settings, token, database and runtime file before anything is put into it.
 * @throws ConfigurationError when it cannot be made
 */
export function prepareDataDirectory({ directory }: DataPaths): void {
  prepareFolder(directory);
}

/** Makes a folder that only its owner may read, with all above it. @throws ConfigurationError when it cannot be made */
export function prepareFolder(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw unusable('make', directory, error);
  }
}
