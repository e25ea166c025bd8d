import { describe, expect, test } from 'vitest';
import { BridgeError, type ErrorCode } from '../../src-shared/bridge-error.ts';
import { interrupted, live, type LinkStatus } from '../../src-renderer/state/link-status.ts';

const failure = (code: ErrorCode) => ({
  error: new BridgeError(code, 'because'),
  tries: 1,
  retryAt: 2_000,
  now: 1_000,
});

describe('how the page stands with the relay', () => {
  test.each([
    ['unreachable', 'unreachable'],
    ['unexpected_answer', 'unreachable'],
    ['host_not_allowed', 'refused'],
    ['missing_right', 'refused'],
    ['storage_full', 'broken'],
    ['internal_error', 'broken'],
    ['too_many_subscribers', 'polling'],
  ] as const)('after %s it is %s', (code, cause) => {
    expect(interrupted({ kind: 'live' }, failure(code))).toMatchObject({ kind: 'interrupted', cause });
  });

  test('an interruption began with its first failure', () => {
    const first = interrupted({ kind: 'live' }, failure('unreachable'));
    const second = interrupted(first, { ...failure('storage_busy'), tries: 2, now: 9_000 });
    expect(second).toMatchObject({ cause: 'broken', since: 1_000, tries: 2, sentence: 'because' });
  });

  test('a return is told once, a first connection is none', () => {
    const before: LinkStatus = interrupted({ kind: 'live' }, failure('unreachable'));
    const back = live(before, 5_000);
    expect(back).toEqual({ kind: 'live', recoveredAt: 5_000 });
    expect(live(back, 6_000)).toBe(back);
    expect(live({ kind: 'starting' }, 5_000)).toEqual({ kind: 'live' });
  });
});
