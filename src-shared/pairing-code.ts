import * as z from 'zod';
import { checked } from './fault.ts';

/**
 * The letters of Crockford's Base32: none of them looks like another one or like a digit. 8 of them are 40 bits.
 */
export const pairingAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const pairingCodeLength = 8;

const form = new RegExp(`^[${pairingAlphabet}]{${pairingCodeLength}}$`);

/** What people read and type instead of a digit. */
const lookalikes: Readonly<Record<string, string>> = { O: '0', I: '1', L: '1' };

/**
 * A pairing code without what people put between and how they write it: `k7qm-4xpd`, `K7QM 4XPD` and `K7QM4XPD` are one.
 * Undefined for what cannot be one.
 */
export function readPairingCode(text: string): string | undefined {
  const bare = text
    .toUpperCase()
    .replace(/[\s-]/g, '')
    .replace(/[OIL]/g, (letter) => lookalikes[letter] ?? letter);
  return form.test(bare) ? bare : undefined;
}

/** A code as it is shown: `K7QM-4XPD`. */
export function showPairingCode(code: string): string {
  return `${code.slice(0, pairingCodeLength / 2)}-${code.slice(pairingCodeLength / 2)}`;
}

/** A code in a request; in the parsed one it is bare. */
export const pairingCode = z
  .string('must be a string')
  .max(100, 'is too long')
  .check(
    checked((text) =>
      readPairingCode(text) === undefined
        ? { code: 'invalid_format', says: 'must be eight letters and digits, such as K7QM-4XPD' }
        : undefined,
    ),
  )
  .transform((text) => readPairingCode(text) ?? '');
