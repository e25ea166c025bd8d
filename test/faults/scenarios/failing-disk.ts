import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DiskShim, lacksShim } from '../parts/disk-shim.ts';
import { Load } from '../parts/load.ts';
import { pause, until } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

export const failingDisk: Scenario = {
  name: 'failing-disk',
  title: 'Failing disk',
  method:
    'A shim under the relay lets syncs, writes or truncations of its files end with an input/output error for a while, under load; in half of the cases the relay is killed in the middle of it. Nothing may be acknowledged that was not forced to disk, refusals carry a code, and when the disk works again so does the relay.',
  lacks: lacksShim,
  async run({ random, model, folder, sized }) {
    const home = mkdtempSync(join(folder, 'failing-'));
    const shim = new DiskShim(home, join(home, 'claude-bridge.db'));
    await using relay = await RelayUnderTest.start({ folder, home, env: shim.env });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 3 });
    const cycles = sized({ short: 2, usual: 10, long: 30 });
    const refusals = () => [...model.refusals.values()].reduce((sum, count) => sum + count, 0);
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(30, 200));
      const before = refusals();
      shim.fail('EIO', ...random.pick([['sync'], ['write'], ['sync', 'write', 'truncate']]));
      await until(() => refusals() > before + 5, 'no send was refused', 20_000);
      await pause(random.between(0, 200));
      if (random.chance(0.5)) {
        await relay.kill();
        shim.mend();
        await relay.start();
      } else {
        shim.mend();
      }
    }
    const stored = await load.settle();
    shim.close();
    return { 'times failing': cycles, stored: stored.length };
  },
};
