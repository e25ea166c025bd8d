import type { Measured } from './measure.ts';
import { median, spread } from './statistics.ts';

/** How figures are written in tables. */

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function decimal(value: number, digits = 2): string {
  return value.toFixed(digits);
}

/** The median and between which values half of the rounds lie. */
export function withSpread(values: readonly number[], write: (value: number) => string = whole): string {
  const { median: middle, low, high } = spread(values);
  return `${write(middle)} (${write(low)}–${write(high)})`;
}

export function perSecond(rounds: readonly Measured[]): number[] {
  return rounds.map((round) => round.perSecond);
}

export function medianOf(rounds: readonly Measured[], figure: 'p50' | 'p99'): string {
  return decimal(median(rounds.map((round) => round[figure])));
}

/** Processor time of the server for each answer, in µs. */
export function cpuOf(rounds: readonly Measured[]): string {
  const known = rounds.flatMap(({ cpuMicroseconds }) => cpuMicroseconds ?? []);
  return known.length === 0 ? '–' : decimal(median(known), 0);
}
