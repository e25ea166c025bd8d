import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import { pairingAlphabet, readPairingCode } from '../../src-shared/pairing-code.ts';
import type { TokenResponse } from '../../src-shared/api/tokens.ts';
import { generatePairingCode } from '../../src-main/security/pairing.ts';
import { Pairings } from '../../src-main/security/pairings.ts';
import type { TokenDraft } from '../../src-main/security/machine-tokens.ts';

const minuteMs = 60_000;
const home = '192.0.2.7';
const access = { rights: ['read'], channels: { read: ['payments:*'] } } as const;
const draft = { label: 'atlas', access, tokenLifeSeconds: 3_600, by: 'an administrator' };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Pairings whose tokens are only written down. */
function pairingsOfTest({ taken = [] as string[] } = {}) {
  const made: TokenDraft[] = [];
  const tokens = {
    create: (token: TokenDraft): Promise<TokenResponse> => {
      if (taken.includes(token.label)) {
        return Promise.reject(new BridgeError('conflict', 'taken', { field: 'label' }));
      }
      made.push(token);
      const { label } = token;
      return Promise.resolve({ id: `id ${made.length}`, label, token: 'cb_' } as TokenResponse);
    },
  };
  const pairings = new Pairings({ tokens, ttlSeconds: () => 600 });
  const redeem = (code: string, address = home, label?: string) =>
    pairings.redeem({ code: readPairingCode(code) ?? '', label }, address);
  return { pairings, made, redeem };
}

const wrong = { code: 'unauthorized', field: 'code' };
const braked = { code: 'too_many_attempts', retryAfter: expect.any(Number) as number };

/** What became of guesses, in words. */
async function guess(
  redeem: ReturnType<typeof pairingsOfTest>['redeem'],
  count: number,
  address = home,
): Promise<string[]> {
  const guesses = Array.from({ length: count }, () => redeem(generatePairingCode(), address));
  const settled = await Promise.allSettled(guesses);
  return settled.map((one) => (one.status === 'rejected' ? (one.reason as BridgeError).code : 'let in'));
}

test('codes are made of the whole alphabet, each anew', () => {
  const codes = Array.from({ length: 500 }, generatePairingCode);
  expect(new Set(codes).size).toBe(500);
  expect([...new Set(codes.join(''))].sort().join('')).toBe(pairingAlphabet);
});

describe('a code', () => {
  test('is exchanged for a token with what was chosen for it, and nothing more', async () => {
    const { pairings, made, redeem } = pairingsOfTest();
    const { code, pairing } = pairings.create(draft);
    expect(code).toMatch(/^[\dA-Z]{4}-[\dA-Z]{4}$/);
    await redeem(code);
    expect(made).toEqual([{ label: 'atlas', access, expiresInSeconds: 3_600 }]);
    expect(pairings.list()).toMatchObject([
      { id: pairing.id, state: 'redeemed', redeemed: { token_id: 'id 1', label: 'atlas', address: home } },
    ]);
  });

  test('works once, also for two who come at the same moment', async () => {
    const { pairings, made, redeem } = pairingsOfTest();
    const { code } = pairings.create(draft);
    const both = await Promise.allSettled([redeem(code), redeem(code, '192.0.2.8')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(redeem(code)).rejects.toMatchObject(wrong);
    expect(made).toHaveLength(1);
  });

  test('ends after its time, whatever the clock on the wall says', async () => {
    const { pairings, redeem } = pairingsOfTest();
    const { code } = pairings.create(draft);
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    vi.setSystemTime(0);
    await expect(redeem(code)).rejects.toMatchObject(wrong);
    expect(pairings.list()).toMatchObject([{ state: 'expired', redeemed: null }]);
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(pairings.list()).toEqual([]);
  });

  test('that was taken back is as wrong as any other', async () => {
    const { pairings, redeem } = pairingsOfTest();
    const { code, pairing } = pairings.create(draft);
    pairings.cancel(pairing.id);
    await expect(redeem(code)).rejects.toMatchObject(wrong);
    expect(() => pairings.cancel(pairing.id)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test('that was used cannot be taken back', async () => {
    const { pairings, redeem } = pairingsOfTest();
    const { code, pairing } = pairings.create(draft);
    await redeem(code);
    expect(() => pairings.cancel(pairing.id)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test('gives the name that the machine brings, else the one that was suggested', async () => {
    const { pairings, made, redeem } = pairingsOfTest();
    await redeem(pairings.create(draft).code, home, 'orion');
    await redeem(pairings.create(draft).code);
    expect(made.map(({ label }) => label)).toEqual(['orion', 'atlas']);
  });

  test('counts on when the machine cannot have its name, or has none', async () => {
    const { pairings, made, redeem } = pairingsOfTest({ taken: ['atlas'] });
    const { code } = pairings.create(draft);
    await expect(redeem(code)).rejects.toMatchObject({ code: 'conflict', field: 'label' });
    const { code: nameless } = pairings.create({ ...draft, label: undefined });
    await expect(redeem(nameless)).rejects.toMatchObject({ code: 'required', field: 'label' });
    for (let tries = 0; tries < 10; tries++) await redeem(code).catch(() => undefined);
    await redeem(code, home, 'vega');
    await redeem(nameless, home, 'orion');
    expect(made.map(({ label }) => label)).toEqual(['vega', 'orion']);
  });
});

describe('wrong tries', () => {
  /** The same first half with another second one. */
  const slipOf = (code: string) => `${code.slice(0, 5)}${code.endsWith('0000') ? '1111' : '0000'}`;
  const foreign = (code: string) => `${code.startsWith('0000') ? '1111' : '0000'}${code.slice(4)}`;

  test('of whoever has the code end it, the fifth one for good', async () => {
    const { pairings, made, redeem } = pairingsOfTest();
    const { code } = pairings.create(draft);
    for (let tries = 1; tries <= 4; tries++) {
      await expect(redeem(slipOf(code), `192.0.2.${tries}`)).rejects.toMatchObject(wrong);
      expect(pairings.list()).toMatchObject([{ state: 'open', wrong_tries: tries }]);
    }
    await expect(redeem(slipOf(code), '192.0.2.5')).rejects.toMatchObject(wrong);
    expect(pairings.list()).toMatchObject([{ state: 'ended', wrong_tries: 5 }]);
    await expect(redeem(code)).rejects.toMatchObject(wrong);
    expect(made).toEqual([]);
  });

  test('of somebody who does not know how it begins leave it as it is', async () => {
    const { pairings, redeem } = pairingsOfTest();
    const { code } = pairings.create(draft);
    for (let tries = 1; tries <= 20; tries++) {
      await expect(redeem(foreign(code), `192.0.2.${tries}`)).rejects.toMatchObject(wrong);
    }
    expect(pairings.list()).toMatchObject([{ state: 'open', wrong_tries: 0 }]);
    await redeem(code);
  });
});

test('only so many codes are open at once', () => {
  const { pairings } = pairingsOfTest();
  const made = Array.from({ length: 20 }, () => pairings.create(draft));
  expect(() => pairings.create(draft)).toThrow(expect.objectContaining({ code: 'too_many' }));
  pairings.cancel(made[0]?.pairing.id ?? '');
  pairings.create(draft);
});

describe('who guesses', () => {
  test('is heard five times in a minute, and then not even with the right code', async () => {
    const { pairings, redeem, made } = pairingsOfTest();
    const { code } = pairings.create(draft);
    const answers = await guess(redeem, 1_000);
    expect(answers.slice(0, 5)).toEqual(Array(5).fill('unauthorized'));
    expect(new Set(answers.slice(5))).toEqual(new Set(['too_many_attempts']));
    await expect(redeem(code)).rejects.toMatchObject(braked);
    expect(made).toEqual([]);
  });

  test('is heard again after a minute, though the guessing went on for most of it', async () => {
    const { pairings, redeem, made } = pairingsOfTest();
    const { code } = pairings.create(draft);
    await guess(redeem, 100);
    await vi.advanceTimersByTimeAsync(50_000);
    await guess(redeem, 900);
    await vi.advanceTimersByTimeAsync(10_000);
    await redeem(code);
    expect(made).toHaveLength(1);
  });

  test('does not lock others out, from however many addresses', async () => {
    const { pairings, redeem, made } = pairingsOfTest();
    const { code } = pairings.create(draft);
    const answers: string[] = [];
    for (let host = 1; host <= 250; host++) answers.push(...(await guess(redeem, 4, `198.51.100.${host}`)));
    // Each guesser has one try as soon as many have guessed.
    const heard = answers.filter((answer) => answer === 'unauthorized').length;
    expect(heard).toBeLessThan(300);
    expect(answers).not.toContain('let in');
    await redeem(code);
    expect(made).toHaveLength(1);
  });

  test('is one client with a whole network of IPv6', async () => {
    const { redeem } = pairingsOfTest();
    const answers: string[] = [];
    for (let host = 1; host <= 20; host++) answers.push(...(await guess(redeem, 1, `2001:db8::${host}`)));
    expect(answers.filter((answer) => answer === 'unauthorized')).toHaveLength(5);
  });
});

test('slips before the right code cost nothing', async () => {
  const { pairings, redeem, made } = pairingsOfTest();
  for (let round = 0; round < 3; round++) await redeem(pairings.create(draft).code, home, `machine ${round}`);
  await guess(redeem, 4);
  await redeem(pairings.create(draft).code, home, 'at last');
  expect(made).toHaveLength(4);
});
