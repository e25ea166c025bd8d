import { describe, expect, test } from 'vitest';
import { FloodGuard, type FloodLimits } from '../../../src-main/relay/flood-guard.ts';
import type { BridgeError } from '../../../src-shared/bridge-error.ts';

const minute = 60_000;
const limits: FloodLimits = {
  sendRatePerMinute: 60,
  sendBurst: 5,
  repeatsBeforeWarning: 0,
  refuseRepeats: false,
};
let number = 0;

/** Something that alice says in the room; each time something else. */
function posting(more: Partial<{ channel: string; sender: string; content: string; key: string }> = {}) {
  return { channel: 'room', sender: 'alice', content: `message ${number++}`, ...more };
}

function refusal(attempt: () => unknown): BridgeError | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error as BridgeError;
  }
}

describe('the rate', () => {
  test('lets a burst pass, then one message after the other', () => {
    const guard = new FloodGuard(() => limits);
    for (let count = 0; count < 5; count++) guard.admit(posting(), 0);
    const refused = refusal(() => guard.admit(posting(), 0));
    expect(refused).toMatchObject({ code: 'too_many_messages', status: 429, retryAfter: 1 });
    expect(refused?.message).toContain('sendRatePerMinute is 60');
    guard.admit(posting(), 1_000);
    expect(refusal(() => guard.admit(posting(), 1_000))).toBeDefined();
    // A refusal costs nothing: the second after it is as good as any.
    guard.admit(posting(), 2_000);
  });

  test('says how long to wait when that is long', () => {
    const guard = new FloodGuard(() => ({ ...limits, sendRatePerMinute: 2, sendBurst: 1 }));
    guard.admit(posting(), 0);
    expect(refusal(() => guard.admit(posting(), 0))?.retryAfter).toBe(30);
    expect(refusal(() => guard.admit(posting(), 29_000))?.retryAfter).toBe(1);
    guard.admit(posting(), 30_000);
  });

  test('is of one sender on one channel', () => {
    const guard = new FloodGuard(() => limits);
    for (let count = 0; count < 5; count++) guard.admit(posting(), 0);
    guard.admit(posting({ sender: 'bob' }), 0);
    guard.admit(posting({ channel: 'hall' }), 0);
    expect(refusal(() => guard.admit(posting(), 0))).toBeDefined();
  });

  test('never saves up more than a burst', () => {
    const guard = new FloodGuard(() => limits);
    guard.admit(posting(), 0);
    for (let count = 0; count < 5; count++) guard.admit(posting(), 60 * minute);
    expect(refusal(() => guard.admit(posting(), 60 * minute))).toBeDefined();
  });

  test('changes with the settings, and 0 switches the guard off', () => {
    const changing = { ...limits };
    const guard = new FloodGuard(() => changing);
    for (let count = 0; count < 5; count++) guard.admit(posting(), 0);
    expect(refusal(() => guard.admit(posting(), 0))).toBeDefined();
    changing.sendRatePerMinute = 0;
    for (let count = 0; count < 100; count++) guard.admit(posting({ content: 'the same' }), 0);
  });
});

describe('identical repeats', () => {
  const warning = { ...limits, sendBurst: 1_000, repeatsBeforeWarning: 3 };

  test('are told of, counted in a row within a minute', () => {
    const guard = new FloodGuard(() => warning);
    const same = posting({ content: 'the same' });
    expect([0, 1, 2, 3].map((now) => guard.admit(same, now))).toEqual([undefined, undefined, 3, 4]);
    expect(guard.admit(posting(), 4)).toBeUndefined();
    expect(guard.admit(same, 5)).toBeUndefined();
    expect([6, 7].map((now) => guard.admit(same, now))).toEqual([undefined, 3]);
    expect(guard.admit(same, 5 + minute)).toBeUndefined();
  });

  test('are refused when that is set, until the minute is over, and cost the sender nothing else', () => {
    const guard = new FloodGuard(() => ({ ...warning, sendBurst: 3, refuseRepeats: true }));
    const same = posting({ content: 'the same' });
    guard.admit(same, 0);
    guard.admit(same, 0);
    for (let count = 3; count < 10; count++) {
      const refused = refusal(() => guard.admit(same, 20_000));
      expect(refused).toMatchObject({ code: 'too_many_messages', retryAfter: 40 });
      expect(refused?.message).toContain('repeatsBeforeWarning is 3');
    }
    guard.admit(posting(), 20_000);
    guard.admit(same, minute);
  });

  test('under one key are one message that is sent again, under several they are repeats', () => {
    const guard = new FloodGuard(() => ({ ...warning, refuseRepeats: true }));
    for (let count = 0; count < 10; count++) {
      expect(guard.admit(posting({ content: 'the same', key: 'k1' }), 0)).toBeUndefined();
    }
    guard.admit(posting({ content: 'the same', key: 'k2' }), 0);
    expect(refusal(() => guard.admit(posting({ content: 'the same', key: 'k3' }), 0))).toBeDefined();
  });

  test('of long texts are none', () => {
    const guard = new FloodGuard(() => warning);
    for (let count = 0; count < 5; count++) {
      expect(guard.admit(posting({ content: 'x'.repeat(2_000) }), 0)).toBeUndefined();
    }
  });
});

test('only so many senders are remembered, and those who have been silent for longest are forgotten', () => {
  const guard = new FloodGuard(() => ({ ...limits, sendRatePerMinute: 1, sendBurst: 1 }));
  guard.admit(posting({ sender: 'silent' }), 0);
  guard.admit(posting({ sender: 'busy' }), 0);
  for (let count = 0; count < 9_998; count++) guard.admit(posting({ sender: `sender ${count}` }), 0);
  expect(refusal(() => guard.admit(posting({ sender: 'busy' }), 2_000))).toBeDefined();
  guard.admit(posting({ sender: 'one more' }), 2_000);
  expect(refusal(() => guard.admit(posting({ sender: 'busy' }), 2_000))).toBeDefined();
  expect(refusal(() => guard.admit(posting({ sender: 'silent' }), 2_000))).toBeUndefined();
});
