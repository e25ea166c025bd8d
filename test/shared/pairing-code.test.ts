import { expect, test } from 'vitest';
import {
  pairingAlphabet,
  pairingCodeLength,
  readPairingCode,
  showPairingCode,
} from '../../src-shared/pairing-code.ts';

test('a code has at least 40 bits and no letter that looks like another or like a digit', () => {
  expect(new Set(pairingAlphabet).size).toBe(pairingAlphabet.length);
  expect(pairingCodeLength * Math.log2(pairingAlphabet.length)).toBeGreaterThanOrEqual(40);
  expect(pairingAlphabet).not.toMatch(/[OILa-z]/);
});

test.each(['K7QM-4XPD', 'k7qm4xpd', ' K7QM 4XPD ', 'k7-qm-4x-pd', 'K7QM\t4XPD'])(
  '%j is the code K7QM4XPD',
  (text) => {
    expect(readPairingCode(text)).toBe('K7QM4XPD');
  },
);

test('what looks like a digit is taken for it', () => {
  expect(readPairingCode('oOiI-lL01')).toBe('00111101');
});

test.each(['', 'K7QM-4XP', 'K7QM-4XPDA', 'K7QM-4XPU', 'K7QM_4XPD', 'K7QM-4XP🙂'])('%j is no code', (text) => {
  expect(readPairingCode(text)).toBeUndefined();
});

test('a code is shown in two halves', () => {
  expect(showPairingCode('K7QM4XPD')).toBe('K7QM-4XPD');
});
