const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/**
 * Milliseconds before the next try: doubling up to half a minute, the second half of each by chance, so that many
 * clients do not come back at once.
 * @param tries that have failed in a row, from 1
 * @param random a number in [0, 1)
 */
export function retryDelay(tries: number, random = Math.random()): number {
  const ceiling = Math.min(firstDelayMs * 2 ** tries, longestDelayMs);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
