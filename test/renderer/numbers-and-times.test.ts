import { describe, expect, test } from 'vitest';
import { counted, duration } from '../../src-shared/numbers.ts';
import { clockTime, fullTime, shortTime, zoneLabel } from '../../src-shared/shown-time.ts';

test('counts have separators and the right number of their noun', () => {
  expect([0, 1, 1240].map((count) => counted(count, 'message'))).toEqual([
    '0 messages',
    '1 message',
    '1,240 messages',
  ]);
});

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [3_600, '1 h 0 min'],
  [86_399, '23 h 59 min'],
  [273_600, '3 d 4 h'],
  [-5, '0 s'],
])('%d seconds last %s', (seconds, expected) => expect(duration(seconds)).toBe(expected));

describe('a time in the zone of the viewer', () => {
  const zone = 'Europe/Berlin';
  const now = new Date('2026-11-22T23:30:00Z');

  test('of the same day is its time alone, even if the day differs in UTC', () => {
    expect(shortTime(new Date('2026-11-23T05:04:10.123456Z'), now, zone)).toBe('06:04:10');
  });

  test('of another day has the day, and of another year the year', () => {
    expect(shortTime(new Date('2026-11-22T22:30:00Z'), now, zone)).toBe('22 Nov, 23:30');
    expect(shortTime(new Date('2025-06-01T10:00:00Z'), now, zone)).toBe('1 Jun 2025, 12:00');
  });

  test('midnight is 00, not 24', () => {
    expect(clockTime(new Date('2026-11-22T23:00:00Z'), zone)).toBe('00:00:00');
  });

  test('in full names the day and the zone', () => {
    expect(fullTime(now, zone)).toMatch(/^Monday,? 23 November 2026 at 00:30:00 CET$/);
    expect(zoneLabel(now, 'America/New_York')).toBe('GMT-5');
  });
});
