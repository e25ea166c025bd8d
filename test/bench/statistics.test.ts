import { describe, expect, it } from 'vitest';
import { Histogram } from './load/latencies.ts';
import { interleave } from './rounds.ts';
import { median, quantile, ratios, spread } from './statistics.ts';

describe('the statistics of a run', () => {
  it('take the middle of an odd and between the middle two of an even number of values', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(spread([1, 2, 3, 4, 5])).toEqual({ median: 3, low: 2, high: 4, max: 5, min: 1 });
  });

  it('compare each round with its own neighbour', () => {
    expect(ratios([10, 40], [20, 40])).toEqual([0.5, 1]);
  });

  it('know latencies to within two percent', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.record(ms);
    const { p50, p99, max } = histogram.summary();
    expect(Math.abs(p50 / 500 - 1)).toBeLessThan(0.02);
    expect(Math.abs(p99 / 990 - 1)).toBeLessThan(0.02);
    expect(max).toBe(1000);
  });

  it('come from rounds in which nobody always follows the same neighbour', async () => {
    const order: string[] = [];
    const contender = (name: string) => () => Promise.resolve(order.push(name));
    const contenders = { a: contender('a'), b: contender('b'), c: contender('c') };
    const results = await interleave(contenders, { rounds: 3, slice: { warmupMs: 0, ms: 1 } });
    expect(order.join('')).toBe('abc' + 'abc' + 'bca' + 'cab');
    expect(results).toEqual({ a: [4, 9, 11], b: [5, 7, 12], c: [6, 8, 10] });
  });
});
