/** How often a figure lay between which bounds. Counting one costs nanoseconds, whatever is done with it later. */
export class Distribution {
  /** Upper bounds, included, ascending. */
  readonly bounds: readonly number[];
  /** How many lay in each stretch; the last one has no bound. */
  readonly counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get sum(): number {
    return this.#sum;
  }

  observe(figure: number): void {
    let stretch = 0;
    while (figure > (this.bounds[stretch] ?? Infinity)) stretch++;
    this.counts[stretch] = (this.counts[stretch] ?? 0) + 1;
    this.#sum += figure;
  }
}
