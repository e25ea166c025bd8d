import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from '../parts/load.ts';
import { until } from '../parts/pause.ts';
import { expectRefusal, RelayUnderTest } from '../parts/relay.ts';
import { fillDisk, lacksDisks, SmallDisk } from '../parts/small-disk.ts';
import type { Scenario } from '../scenario.ts';

export const fullDisk: Scenario = {
  name: 'full-disk',
  title: 'Full disk',
  method:
    'The database lies on a file system of 24 MB (tmpfs), which another program fills up while senders are at work, and frees again; now and then the relay is killed while it is full, and started then. Senders must be told `storage_full`; a start on the full disk either works or ends with exit code 4 (or 2, if it is another file than the database that does not fit) and a sentence; with space again everything goes on without anybody’s help.',
  lacks: lacksDisks,
  async run({ random, model, sized }) {
    using disk = SmallDisk.make(24);
    if (!disk) throw new Error('no small disk could be made');
    const home = join(disk.folder, 'home');
    mkdirSync(home);
    await using relay = await RelayUnderTest.start({ folder: disk.folder, home });
    const load = await Load.begin({ place: relay.place, model, random, longest: 2_000, restMs: 5 });
    const cycles = sized({ short: 1, usual: 6, long: 15 });
    let refusedStarts = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(30);
      const refusals = () => model.refusals.get('storage_full') ?? 0;
      const before = refusals();
      const ballast = fillDisk(disk.folder);
      await until(() => refusals() > before + 20, 'nobody was told that the disk is full', 20_000);
      if (random.chance(0.5)) {
        await relay.kill();
        if (!(await relay.startIfItCan())) {
          refusedStarts++;
          expectRefusal(relay, model, [2, 4], /the disk is full/);
        }
      }
      rmSync(ballast);
      if (!relay.isRunning) await relay.start();
    }
    const stored = await load.settle();
    return { 'times full': cycles, 'starts refused': refusedStarts, stored: stored.length };
  },
};
