import { overStdio } from '../../support/over-stdio.ts';
import { Load } from '../parts/load.ts';
import { pause } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { ToolSender } from '../parts/tool-sender.ts';
import type { Scenario } from '../scenario.ts';

export const kill: Scenario = {
  name: 'kill',
  title: 'kill -9 under load',
  method:
    '16 senders over HTTP and two over the tools of a `--stdio` process on the same file, each of whose sends is repeated under its key until it is acknowledged; fast, slow and restless subscribers, two agents that wait and acknowledge. At random moments the relay, the other process or both get SIGKILL and are started again.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, senders: 16 });
    const siblings = ['stdio-one', 'stdio-two'].map(
      (name) =>
        new ToolSender({ model, random: random.fork(name), name, transport: () => overStdio(relay.home) }),
    );
    const cycles = sized({ short: 2, usual: 15, long: 60 });
    const killed = { relay: 0, sibling: 0, both: 0 };
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(50, 400));
      const whom = random.pick(['relay', 'sibling', 'both', 'relay']);
      killed[whom]++;
      if (whom !== 'relay') for (const sibling of siblings) sibling.signal('SIGKILL');
      if (whom !== 'sibling') {
        await relay.kill();
        await pause(random.between(0, 200));
        await relay.start();
      }
    }
    await Promise.all(siblings.map((sibling) => sibling.finish()));
    const stored = await load.settle();
    return {
      'relay killed': killed.relay + killed.both,
      'sibling killed': killed.sibling + killed.both,
      stored: stored.length,
    };
  },
};
