import { setFlagsFromString } from 'node:v8';

/**
 * While a program loads, nearly everything it makes survives, so V8 lets the space for new objects grow to four times what a relay at
 * rest needs, and it would keep those 6 MB. Electron's binary is left alone: there it was never tried.
 */
export function keepYoungSpaceSmall(): void {
  if (!('electron' in process.versions)) growBy(1);
}

/** As V8 does by default: called when the program has loaded and its work begins. */
export function letYoungSpaceGrow(): void {
  if (!('electron' in process.versions)) growBy(2);
}

function growBy(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
