/** What a histogram of latencies comes to, in ms. */
export interface Latencies {
  p50: number;
  p99: number;
  max: number;
}

/** Buckets for each doubling: each is 1.1 % wide, which is far below what a run repeats. */
const perDoubling = 64;
const doublings = 32;

/** Latencies counted in buckets: recording one costs a few nanoseconds and no memory. */
export class Histogram {
  readonly #counts = new Uint32Array(perDoubling * doublings);
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  record(ms: number): void {
    const microseconds = Math.max(1, ms * 1000);
    const bucket = Math.min(Math.round(Math.log2(microseconds) * perDoubling), this.#counts.length - 1);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (ms > this.#max) this.#max = ms;
  }

  summary(): Latencies {
    return { p50: this.#quantile(0.5), p99: this.#quantile(0.99), max: this.#max };
  }

  #quantile(q: number): number {
    let left = this.#total * q;
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) return Math.min(2 ** (bucket / perDoubling) / 1000, this.#max);
    }
    return 0;
  }
}
