import { expect, onTestFinished, test, vi } from 'vitest';
import { nextId } from '../../src-main/store/sqlite/ids.ts';

const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDs of version 7, all different, in the order in which they were made', () => {
  const ids = Array.from({ length: 20_000 }, nextId);
  expect(ids.filter((id) => !shape.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('they stay in order when the clock goes back', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-31T08:15:00Z') });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const before = nextId();
  vi.setSystemTime(new Date('2030-01-31T08:15:00Z'));
  expect([nextId(), before].toSorted()[0]).toBe(before);
});

test('they are never from later than a timestamp that is made after them', async () => {
  vi.resetModules();
  const fresh = await import('../../src-main/store/sqlite/ids.ts');
  const { Clock } = await import('../../src-main/store/sqlite/clock.ts');
  // Timestamps get the digits that `Date` lacks from a clock that may stand a little behind it.
  const { now } = Date;
  const ahead = vi.spyOn(Date, 'now').mockImplementation(() => now() + 1);
  onTestFinished(() => ahead.mockRestore());
  const id = fresh.nextId();
  const made = Date.parse(new Clock().next());
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBeLessThanOrEqual(made);
});
