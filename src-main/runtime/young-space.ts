import { setFlagsFromString } from 'node:v8';

/**
 * While a program loads, nearly everything it makes survives, so V8 lets the space for new objects grow to eight times of what a
 * relay at rest fills: 5 MB that it would keep. Not in Electron's binary, whose own flags are fixed by then.
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
