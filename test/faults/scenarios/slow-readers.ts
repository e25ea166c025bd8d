import { processUsage } from '../../bench/servers/process-usage.ts';
import { Load } from '../parts/load.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

export const slowReaders: Scenario = {
  name: 'slow-readers',
  title: 'Slow and never-reading subscribers',
  method:
    'Subscribers that read nothing at all, others that stop now and then, and fast ones, on channels with large messages. Senders must not wait for any of them and memory must stay bounded (each may hold `subscriberBufferBytes` and one page). When the deaf ones begin to read, they get everything, once and in order.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, longest: 10_000, subscribers: 6 });
    const hearing = Promise.withResolvers<undefined>();
    const deaf = sized({ short: 3, usual: 15, long: 25 });
    for (let number = 0; number < deaf; number++) {
      load.subscribe(`deaf subscriber ${number}`, { hearing: hearing.promise });
    }
    await load.progress(sized({ short: 400, usual: 1_000, long: 2_500 }), 120_000);
    const megabytes = Math.round(processUsage(relay.pid)?.residentMb ?? 0);
    if (megabytes > 500) model.violated(`the relay holds ${megabytes} MB`);
    hearing.resolve(undefined);
    const stored = await load.settle(sized({ short: 30_000, usual: 90_000, long: 240_000 }));
    return { deaf, 'memory with them (MB)': megabytes, stored: stored.length };
  },
};
