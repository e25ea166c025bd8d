import { overStdio } from '../../support/over-stdio.ts';
import { lacksSignals } from '../parts/lacks.ts';
import { Load } from '../parts/load.ts';
import { pause } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { ToolSender } from '../parts/tool-sender.ts';
import type { Scenario } from '../scenario.ts';

export const suspended: Scenario = {
  name: 'suspended',
  title: 'Suspended processes',
  method:
    'The relay, or a `--stdio` process on the same file, is stopped with SIGSTOP at any moment, perhaps while it holds the lock of the database, and continued up to three seconds later, as a laptop that sleeps. Senders wait a second for an answer and then repeat.',
  lacks: lacksSignals,
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, patience: 1_000 });
    const sibling = new ToolSender({
      ...{ model, random: random.fork('sibling'), name: 'sibling' },
      transport: () => overStdio(relay.home),
    });
    const cycles = sized({ short: 2, usual: 12, long: 40 });
    const longestMs = sized({ short: 1_500, usual: 3_000, long: 3_000 });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(20, 200));
      const whom = random.pick([relay, sibling]);
      const ms = random.between(100, longestMs);
      whom.signal('SIGSTOP');
      await pause(ms);
      whom.signal('SIGCONT');
    }
    await sibling.finish();
    const stored = await load.settle();
    return { 'times suspended': cycles, stored: stored.length };
  },
};
