import { nameHash } from '../../../src-shared/name-hash.ts';

/** Readable on dark and light grounds, in the terminal's own tones. */
const colours = ['cyan', 'magenta', 'green', 'yellow', 'blue', 'red'] as const;

/** The colour of a sender, the same everywhere on terminals. */
export function senderStyle(sender: string): (typeof colours)[number] {
  return colours[nameHash(sender) % colours.length] ?? 'cyan';
}
