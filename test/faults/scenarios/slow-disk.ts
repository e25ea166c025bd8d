import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../parts/ask.ts';
import { DiskShim, lacksShim } from '../parts/disk-shim.ts';
import { Load } from '../parts/load.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

export const slowDisk: Scenario = {
  name: 'slow-disk',
  title: 'Slow disk',
  method:
    'A shim under the relay makes each sync take 20, 100 or 400 ms longer. Sends that wait share a sync, so that they must go on at many for each; readers are answered in between.',
  lacks: lacksShim,
  async run({ random, model, folder, sized }) {
    const home = mkdtempSync(join(folder, 'slow-'));
    const shim = new DiskShim(home, join(home, 'claude-bridge.db'));
    await using relay = await RelayUnderTest.start({ folder, home, env: shim.env });
    const load = await Load.begin({ place: relay.place, model, random, senders: 16, patience: 30_000 });
    const figures: Record<string, number> = {};
    for (const ms of sized({
      short: [50],
      usual: [20, 100, 400],
      long: [20, 100, 400, 20, 100, 400, 1_000],
    })) {
      shim.delay(ms);
      await load.progress(sized({ short: 50, usual: 150, long: 400 }), 120_000);
      const started = performance.now();
      const reply = await ask(relay.place, 'GET', '/api/state', { patience: 30_000 });
      if (reply.status !== 200) model.violated(`the state was answered with status ${reply.status}`);
      figures[`state with ${ms} ms more (ms)`] = Math.round(performance.now() - started);
    }
    shim.delay(0);
    const stored = await load.settle();
    shim.close();
    return { ...figures, stored: stored.length };
  },
};
