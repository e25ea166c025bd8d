import { join } from 'node:path';
import { hasOpenssl } from '../support/certificates.ts';
import { batchSize, Stage } from './stage.ts';
import { Tally } from './tally.ts';

export { batchSize } from './stage.ts';

export interface FuzzOptions {
  /** The first batch has this seed, each further one the next. */
  seed: number;
  requests: number;
  /** Stops after the batch that is under way then. */
  minutes: number;
  /** The entry of the program. */
  program: string;
  /** Where relays get data directories; an empty folder. */
  folder: string;
  /** Told now and then how far it is. */
  onProgress?: (tally: Tally) => void;
}

export interface FuzzRun {
  tally: Tally;
  seconds: number;
  /** Of each relay, its heap in MB after collecting garbage at some points of the run; the first one after the warm-up. */
  heapMb: { plain: number[]; secure: number[] };
}

/** How often the heap is looked at. */
const heapLooks = 10;

/** Every fourth batch goes to a relay that encrypts. Its seed says which, so that it goes there when it is tried again. */
export function isSecure(seed: number): boolean {
  return hasOpenssl && seed % 4 === 1;
}

/** Throws junk at two relays until there was enough of it. */
export async function fuzz({
  seed,
  requests,
  minutes,
  program,
  folder,
  onProgress,
}: FuzzOptions): Promise<FuzzRun> {
  const started = performance.now();
  const tally = new Tally();
  const seeds = Array.from({ length: Math.ceil(requests / batchSize) }, (_, number) => seed + number);
  await using plain = await Stage.open({ program, folder: join(folder, 'plain'), secure: false, tally });
  await using secure = seeds.some(isSecure)
    ? await Stage.open({ program, folder: join(folder, 'secure'), secure: true, tally })
    : undefined;
  const stages = secure ? [plain, secure] : [plain];
  const lookEvery = Math.max(1, Math.floor(seeds.length / heapLooks));
  for (const [index, batchSeed] of seeds.entries()) {
    const stage = isSecure(batchSeed) ? secure : plain;
    await stage?.play(batchSeed);
    if (!stages.every(({ isRunning }) => isRunning)) break;
    if ((index + 1) % lookEvery === 0) {
      for (const one of stages) await one.look();
      onProgress?.(tally);
    }
    if (performance.now() - started > minutes * 60_000) break;
  }
  for (const stage of stages) await stage.end(seed);
  const heapMb = { plain: plain.heapMb, secure: secure?.heapMb ?? [] };
  return { tally, seconds: (performance.now() - started) / 1000, heapMb };
}
