import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

/**
 * Waits until a server uses less than a fiftieth of a core for `lookMs`: after a load the search index is brought up to date and put in
 * order for a while, which is not what is measured, nor is it to disturb the next contender.
 */
export async function untilIdle(server: ServerProcess, lookMs: number): Promise<void> {
  for (;;) {
    const before = server.usage()?.cpuMs;
    await sleep(lookMs);
    const after = server.usage()?.cpuMs;
    if (before === undefined || after === undefined || after - before < lookMs / 50) return;
  }
}
