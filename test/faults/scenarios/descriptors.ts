import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { processUsage } from '../../bench/servers/process-usage.ts';
import { lacksCommand } from '../parts/lacks.ts';
import { Load } from '../parts/load.ts';
import { pause } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

export const descriptors: Scenario = {
  name: 'descriptors',
  title: 'Exhausted descriptors',
  method:
    'The limit of open files of the running relay is set to a few more than it has (`prlimit`), and a crowd of connections takes those. Whoever is connected is served on; when the crowd has gone, everybody is. The relay neither dies nor spins.',
  lacks: () => lacksCommand('prlimit', '--version'),
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, patience: 1_500, restMs: 5 });
    const cycles = sized({ short: 1, usual: 5, long: 12 });
    let refused = 0;
    let busiest = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(30);
      limitFiles(relay.pid, readdirSync(`/proc/${relay.pid}/fd`).length + random.between(0, 12));
      const crowd = Array.from({ length: 100 }, () => connect(relay.place.port, relay.place.host));
      for (const socket of crowd) socket.on('error', () => refused++);
      await pause(random.between(500, 2_000));
      const spentBefore = processUsage(relay.pid)?.cpuMs ?? 0;
      await pause(500);
      const share = ((processUsage(relay.pid)?.cpuMs ?? 0) - spentBefore) / 500;
      busiest = Math.max(busiest, share);
      leave(crowd);
      if (random.chance(0.5)) limitFiles(relay.pid, 1_024);
      if (!relay.isRunning) model.violated(`the relay has ended by itself: ${relay.log.slice(-500)}`);
    }
    limitFiles(relay.pid, 1_024);
    const stored = await load.settle();
    return {
      'times exhausted': cycles,
      'connections broken': refused,
      'share of a core, at most': busiest.toFixed(2),
      stored: stored.length,
    };
  },
};

/** Only the soft limit, which can be raised again. */
function limitFiles(pid: number, count: number): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`prlimit has failed: ${stderr}`);
}

function leave(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}
