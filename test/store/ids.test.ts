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
