import { describe, expect, test } from 'vitest';
import type { StateAnswer } from '../../src-renderer/api-client.ts';
import {
  afterAnswer,
  isFailing,
  retryDelay,
  type Connection,
  type Failing,
} from '../../src-renderer/state/connection.ts';
import type { StateResponse } from '../../src-shared/api.ts';

const state: StateAnswer = { kind: 'state', state: {} as StateResponse };
const unreachable: StateAnswer = { kind: 'unreachable' };
const refused = (status: number, code: string | undefined, retryAfter?: number): StateAnswer => ({
  kind: 'refused',
  status,
  code,
  sentence: 'Because.',
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const at = (now: number, hadToken = false) => ({ now, hadToken, random: 0 });
const asking: Connection = { kind: 'asking' };

function failing(connection: Connection): Failing {
  if (!isFailing(connection)) throw new Error(`expected a failure, got ${connection.kind}`);
  return connection;
}

describe('while the relay does not answer', () => {
  const first = failing(afterAnswer({ kind: 'live' }, unreachable, at(1_000)));
  const second = failing(afterAnswer(first, unreachable, at(5_000)));

  test('the page remembers since when', () => {
    expect([first.since, second.since]).toEqual([1_000, 1_000]);
    expect([first.tries, second.tries]).toEqual([1, 2]);
  });

  test('it waits longer after each try, up to half a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map((tries) => retryDelay(tries, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000,
    ]);
    expect(retryDelay(60, 0.999_999)).toBeLessThanOrEqual(30_000);
  });

  test('an answer ends it, and the page can say so until the next outage', () => {
    const back = afterAnswer(second, state, at(9_000));
    expect(back).toEqual({ kind: 'live', recoveredAt: 9_000 });
    expect(afterAnswer(back, state, at(11_000))).toEqual(back);
  });
});

describe('when the relay says no', () => {
  test('its sentence is kept, and its wish for a pause respected', () => {
    const connection = failing(afterAnswer(asking, refused(403, 'unauthenticated_network', 7), at(0)));
    expect(connection).toMatchObject({ kind: 'refused', sentence: 'Because.', retryAt: 7_000 });
  });

  test('trouble of its own is told apart from a refusal, and both from a stranger at its address', () => {
    expect(afterAnswer(asking, refused(503, 'storage_busy'), at(0)).kind).toBe('broken');
    expect(afterAnswer(asking, refused(502, undefined), at(0)).kind).toBe('unreachable');
  });
});

describe('when the relay wants a token', () => {
  const signIn = afterAnswer(asking, refused(401, 'unauthorized'), at(0));

  test('the first time nothing is wrong yet', () => {
    expect(signIn).toEqual({ kind: 'sign-in', problem: undefined });
  });

  test('a wrong token is said to be wrong, and one that worked before to work no longer', () => {
    const wrong = afterAnswer(signIn, refused(401, 'unauthorized'), at(0, true));
    const revoked = afterAnswer({ kind: 'live' }, refused(401, 'unauthorized'), at(0, true));
    expect(wrong).toMatchObject({
      kind: 'sign-in',
      problem: expect.stringContaining('does not know') as string,
    });
    expect(revoked).toMatchObject({
      kind: 'sign-in',
      problem: expect.stringContaining('no longer') as string,
    });
  });

  test('after too many tries the form says how long to wait', () => {
    const braked = afterAnswer(signIn, refused(429, 'too_many_attempts', 42), at(0, true));
    expect(braked).toEqual({ kind: 'sign-in', problem: 'Because.' });
  });
});
