import { nameHash } from '../../../src-shared/name-hash.ts';

/** Readable on dark and light grounds, in the terminal's own tones. */
export const senderColours = ['cyan', 'magenta', 'green', 'yellow', 'blue', 'red'] as const;

export type SenderColour = (typeof senderColours)[number];

/** The colour that the name of a sender says. */
export function senderColour(sender: string): SenderColour {
  return senderColours[nameHash(sender) % senderColours.length] ?? 'cyan';
}
