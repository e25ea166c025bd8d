/** How long one slice of measuring lasts. */
export interface Slice {
  /** Discarded at the beginning of each slice, in ms. */
  warmupMs: number;
  /** Measured, in ms. */
  ms: number;
}

export interface RoundOptions {
  rounds: number;
  slice: Slice;
}

/** Discarded before the first round, per contender: compilers and caches are cold. */
const firstWarmupMs = 1_000;

type Contenders = Readonly<Record<string, (slice: Slice) => Promise<unknown>>>;

/** For each contender the results of its rounds; equal indices were measured next to each other. */
export type Rounds<C extends Contenders> = { [Name in keyof C]: Awaited<ReturnType<C[Name]>>[] };

/**
 * Measures several contenders in turn, a short slice each, over and over, so that whatever else the machine does
 * meets all of them alike. The order rotates from round to round: nobody always follows the same neighbour.
 */
export async function interleave<C extends Contenders>(
  contenders: C,
  { rounds, slice }: RoundOptions,
): Promise<Rounds<C>> {
  const entries = Object.entries(contenders).map(([name, measure]) => {
    return { name, measure, results: [] as unknown[] };
  });
  const warmup = { warmupMs: 0, ms: Math.min(firstWarmupMs, slice.ms) };
  for (const { measure } of entries) await measure(warmup);
  for (let round = 0; round < rounds; round++) {
    for (const { measure, results } of rotated(entries, round)) results.push(await measure(slice));
  }
  return Object.fromEntries(entries.map(({ name, results }) => [name, results])) as Rounds<C>;
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
