import { overStdio } from '../../support/over-stdio.ts';
import { Load } from '../parts/load.ts';
import { lacksNamespaces, NetworkNamespace } from '../parts/namespace.ts';
import { pause } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { ToolSender } from '../parts/tool-sender.ts';
import type { Scenario } from '../scenario.ts';

export const network: Scenario = {
  name: 'network',
  title: 'Network cut and healed',
  method:
    'The relay runs in a network namespace of its own, behind a cable. Senders, subscribers, consumers and two agents over `--stdio --url` are on the other side. The connection is cut for up to eight seconds, silently or by unplugging, and healed.',
  lacks: lacksNamespaces,
  async run({ random, model, folder, sized }) {
    using namespace = new NetworkNamespace();
    await using relay = await RelayUnderTest.start({
      folder,
      host: namespace.address,
      through: namespace.within,
      args: ['--allow-unauthenticated-network'],
    });
    const { place } = relay;
    const load = await Load.begin({ place, model, random, patience: 2_000, restMs: 5 });
    const url = `http://${place.host}:${place.port}`;
    const agents = ['bridge-one', 'bridge-two'].map(
      (name) =>
        new ToolSender({
          ...{ model, random: random.fork(name), name, restMs: 20 },
          transport: () => overStdio(folder, ['--url', url]),
        }),
    );
    const cycles = sized({ short: 1, usual: 6, long: 15 });
    const longestMs = sized({ short: 1_000, usual: 8_000, long: 15_000 });
    const recoveries: number[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(50, 200));
      namespace.cut(random.chance(0.6));
      await pause(random.between(200, longestMs));
      namespace.heal();
      const healed = performance.now();
      await load.progress(1, 60_000);
      recoveries.push(performance.now() - healed);
    }
    await Promise.all(agents.map((agent) => agent.finish()));
    const stored = await load.settle(90_000);
    return {
      cuts: cycles,
      'first send again after (ms, at most)': Math.round(Math.max(...recoveries)),
      stored: stored.length,
    };
  },
};
