import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or ends at once when `signal` is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal && { signal });
  } catch {
    // Whoever aborts looks at the signal.
  }
}

/** Resolves when `holds` does; rejects after `limitMs` with a sentence about `what`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  limitMs: number,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await pause(15);
  }
}
