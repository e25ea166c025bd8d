import { resolve } from 'node:path';
import { keepPrivately } from '../runtime/private-file.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { print, printNote } from './output.ts';

/** Where a token goes that is to be seen once only. */
export interface SecretFlags {
  out?: string;
  force?: true;
  print?: true;
}

/** Decided before there is a token, so that none is made that nobody gets to see. */
export type SecretPlace = { file: string; replace: boolean } | 'output';

/** @throws ConfigurationError when it would end up in a place that nobody has named */
export function secretPlace({ out, force, print: printed }: SecretFlags): SecretPlace {
  if (out !== undefined) return { file: resolve(out), replace: force === true };
  if (printed || process.stdout.isTTY) return 'output';
  throw new ConfigurationError(
    'the token is handed out once, and standard output is no terminal: give --out FILE or --print',
  );
}

/** Has a token made and hands it out. Standard output gets the token alone, so that scripts can take it. */
export async function handOut(place: SecretPlace, make: () => Promise<{ token: string }>): Promise<void> {
  if (place === 'output') {
    const { token } = await make();
    printNote('This is the only time that the token is shown:');
    print(token);
    return;
  }
  await keepPrivately(place.file, place, async () => (await make()).token);
  printNote(`The token is in ${place.file}, which only you can read.`);
}
