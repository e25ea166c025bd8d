import { nameHash } from '../../src-shared/name-hash.ts';

/** How many sender colours the design has: the tokens `--id-0` to `--id-7`. */
export const senderColours = 8;

/** The colour of a sender, the same everywhere: FNV-1a of its name, modulo the number of colours. */
export function senderColour(name: string): number {
  return nameHash(name) % senderColours;
}

/** Two letters for a sender's tile: of its first two words, else of its only one. They repeat the name beside them. */
export function senderLetters(name: string): string {
  const [first = '', second] = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const [a = '?', b = ''] = first;
  const [next = b] = second ?? '';
  return a.toUpperCase() + next.toLowerCase();
}
