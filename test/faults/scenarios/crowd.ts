import { ask } from '../parts/ask.ts';
import { Load } from '../parts/load.ts';
import { pause, until } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

export const crowd: Scenario = {
  name: 'crowd',
  title: '500 subscribers coming and going',
  method:
    '500 subscribers of everything, each of which leaves at a random moment and comes back with its last id, under a steady load. In the end each must have everything, once and in order, and no place may stay taken.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({
      place: relay.place,
      model,
      random,
      senders: 4,
      restMs: 60,
      longest: 100,
    });
    const count = sized({ short: 60, usual: 500, long: 500 });
    for (let number = 0; number < count; number++)
      load.subscribe(`visitor ${number}`, { manner: 'restless' });
    await pause(sized({ short: 2_000, usual: 15_000, long: 90_000 }));
    const stored = await load.settle(120_000);
    const connections = load.subscribers.reduce((sum, subscriber) => sum + subscriber.connections, 0);
    const subscribed = async () => {
      const reply = await ask(relay.place, 'GET', '/api/state');
      return (reply.body as { sse_subscribers: number }).sse_subscribers;
    };
    await until(async () => (await subscribed()) === 0, 'places of subscribers stay taken', 10_000);
    return { subscribers: count, connections, stored: stored.length };
  },
};
