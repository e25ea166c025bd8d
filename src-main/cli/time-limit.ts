import { longestTimerMs } from '../../src-shared/time.ts';

/** Aborts after so many seconds, with a fraction or without; after the longest time of a timer, 24 days, if that is less. */
export function afterSeconds(seconds: number): AbortSignal {
  // A timer takes whole milliseconds.
  return AbortSignal.timeout(Math.min(Math.ceil(seconds * 1_000), longestTimerMs));
}
