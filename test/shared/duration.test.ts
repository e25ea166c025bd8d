import { expect, test } from 'vitest';
import { durationInWords, readDuration } from '../../src-shared/duration.ts';

test.each([
  ['90s', 90],
  ['10m', 600],
  ['12H', 43_200],
  [' 30 d ', 2_592_000],
  ['2w', 1_209_600],
  ['0s', 0],
])('%j is %i seconds', (text, seconds) => {
  expect(readDuration(text)).toBe(seconds);
});

test.each(['', '10', 'm', '-5m', '1.5h', '1h30m', '1y', '9999999999s'])('%j is no duration', (text) => {
  expect(readDuration(text)).toBeUndefined();
});

test.each([
  [600, '10 minutes'],
  [60, '1 minute'],
  [3_600, '1 hour'],
  [129_600, '36 hours'],
  [2_592_000, '30 days'],
  [95, '95 seconds'],
  [0, '0 seconds'],
])('%i seconds are %j', (seconds, words) => {
  expect(durationInWords(seconds)).toBe(words);
});
