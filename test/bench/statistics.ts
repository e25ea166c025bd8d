/** What several rounds of one measurement come to. */
export interface Spread {
  median: number;
  /** The quartiles: half of the rounds lie between them. */
  low: number;
  high: number;
  /** The largest and the smallest round; which of them is the good one depends on what was measured. */
  max: number;
  min: number;
}

/** The value below which a share `q` (0 to 1) of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    max: Math.max(...values),
    min: Math.min(...values),
  };
}

/**
 * Round by round, `values` over `base`. The rounds of one index were measured next to each other, so that what
 * disturbed the machine at that moment disturbed both; a ratio of medians would not have that.
 */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.slice(0, base.length).map((value, round) => value / (base[round] ?? NaN));
}
