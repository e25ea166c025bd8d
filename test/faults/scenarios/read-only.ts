import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DiskShim, lacksShim } from '../parts/disk-shim.ts';
import { Load } from '../parts/load.ts';
import { until } from '../parts/pause.ts';
import { expectRefusedStart, RelayUnderTest } from '../parts/relay.ts';
import { lacksDisks, SmallDisk } from '../parts/small-disk.ts';
import type { Scenario } from '../scenario.ts';

export const readOnly: Scenario = {
  name: 'read-only',
  title: 'Read-only disk',
  method:
    'While the relay runs, a shim under it lets every write end with “read-only file system”, as after an error of the disk: sends are refused with a code, readers go on, and it works again by itself. Then the file system is really mounted read-only and the relay started: exit code 4 and a sentence; writable again, it starts.',
  lacks: () => lacksShim() ?? lacksDisks(),
  async run({ random, model, folder, sized }) {
    using disk = SmallDisk.make(64);
    if (!disk) throw new Error('no small disk could be made');
    const home = join(disk.folder, 'home');
    mkdirSync(home);
    const shim = new DiskShim(folder, join(home, 'claude-bridge.db'));
    await using relay = await RelayUnderTest.start({ folder, home, env: shim.env });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 3 });
    const refusals = () => [...model.refusals.values()].reduce((sum, count) => sum + count, 0);
    const cycles = sized({ short: 1, usual: 5, long: 12 });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(30, 150));
      shim.fail('EROFS', 'write', 'truncate');
      const before = refusals();
      await until(() => refusals() > before + 20, 'no send was refused', 20_000);
      await load.compare();
      shim.mend();
      await load.progress(30);
    }
    const stored = await load.settle();
    await relay.stop();
    disk.allowWriting(false);
    await expectRefusedStart(relay, model, [4], /cannot be written|read-only/i);
    disk.allowWriting(true);
    await relay.start();
    await load.compare();
    shim.close();
    return { 'times read-only': cycles, stored: stored.length };
  },
};
