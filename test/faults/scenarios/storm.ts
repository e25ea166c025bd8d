import { overStdio } from '../../support/over-stdio.ts';
import { Load } from '../parts/load.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { overHttp, ToolSender } from '../parts/tool-sender.ts';
import type { Scenario } from '../scenario.ts';

export const storm: Scenario = {
  name: 'storm',
  title: 'Reconnect storms',
  method:
    '200 subscribers, 16 senders over HTTP, eight MCP sessions over Streamable HTTP, two agents over `--stdio --url`. The relay is killed or stopped and started again, time after time, and all of them come back at once.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({
      place: relay.place,
      model,
      random,
      senders: 16,
      restMs: 30,
      longest: 100,
    });
    const count = sized({ short: 20, usual: 200, long: 200 });
    for (let number = 0; number < count; number++) load.subscribe(`visitor ${number}`);
    const url = `http://${relay.place.host}:${relay.place.port}`;
    const agent = (
      name: string,
      transport: () => ReturnType<typeof overHttp> | ReturnType<typeof overStdio>,
    ) => new ToolSender({ model, random: random.fork(name), name, transport, restMs: 50 });
    const sessions = sized({ short: 2, usual: 8, long: 8 });
    const agents = [
      ...Array.from({ length: sessions }, (_, number) =>
        agent(`session-${number}`, () => overHttp(relay.place)),
      ),
      ...['bridge-one', 'bridge-two'].map((name) => agent(name, () => overStdio(folder, ['--url', url]))),
    ];
    const cycles = sized({ short: 1, usual: 6, long: 15 });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(50, 300));
      if (random.chance(0.7)) await relay.kill();
      else await relay.stop();
      await relay.start();
    }
    await Promise.all(agents.map((one) => one.finish()));
    const stored = await load.settle(90_000);
    const connections = load.subscribers.reduce((sum, subscriber) => sum + subscriber.connections, 0);
    return { restarts: cycles, connections, stored: stored.length };
  },
};
