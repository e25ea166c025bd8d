import { setTimeout as sleep } from 'node:timers/promises';
import type { Duration, RequestsResult } from './jobs.ts';
import { Histogram } from './latencies.ts';

/** Counts for as long as is asked, while answers come to `tally`. */
export async function measure(tally: Tally, { warmupMs, until }: Duration): Promise<RequestsResult> {
  await sleep(warmupMs);
  const started = tally.begin();
  if ('ms' in until) await sleep(until.ms);
  // A disk may stall for longer than a slice: a rate needs one answer at least.
  await tally.reached('ms' in until ? 1 : until.answers);
  const seconds = (performance.now() - started) / 1000;
  return { ...tally.end(), seconds };
}

/** Counts the answers of all connections while it is told to. */
export class Tally {
  readonly #expect: string;
  #histogram = new Histogram();
  #refused = 0;
  #refusal: string | undefined;
  #counting = false;
  #goal = Infinity;
  #onGoal: () => void = () => undefined;

  constructor(expect: string) {
    this.#expect = expect;
  }

  /** Forgets the warm-up. Returns the moment from which it counts. */
  begin(): number {
    this.#histogram = new Histogram();
    this.#counting = true;
    return performance.now();
  }

  /** @param fine what the transport says of the answer, whose text must be as expected, too */
  add(fine: boolean, text: string, latencyMs: number): void {
    if (!fine || !text.includes(this.#expect)) {
      this.#refused++;
      this.#refusal ??= text;
    } else if (this.#counting) {
      this.#histogram.record(latencyMs);
    }
    if (this.#seen >= this.#goal) this.#onGoal();
  }

  /** Resolves when so many answers have come since `begin`; refused ones count, or waiting for them would never end. */
  reached(goal: number): Promise<void> {
    if (this.#seen >= goal) return Promise.resolve();
    this.#goal = goal;
    return new Promise((resolve) => (this.#onGoal = resolve));
  }

  get #seen(): number {
    return this.#histogram.total + this.#refused;
  }

  end(): Omit<RequestsResult, 'seconds'> {
    this.#counting = false;
    const latency = this.#histogram.summary();
    return { answers: this.#histogram.total, refused: this.#refused, refusal: this.#refusal, latency };
  }
}
