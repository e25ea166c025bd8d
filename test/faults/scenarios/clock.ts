import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask } from '../parts/ask.ts';
import { lacksSignals } from '../parts/lacks.ts';
import { Load } from '../parts/load.ts';
import { until } from '../parts/pause.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

const preload = fileURLToPath(new URL('../preloads/clock.ts', import.meta.url));

const second = 1_000;
const jumps = [
  0,
  -3_600 * second,
  400 * 86_400 * second,
  -400 * 86_400 * second,
  50 * second,
  -2 * second,
] as const;

export const clock: Scenario = {
  name: 'clock',
  title: 'Clock jumps',
  method:
    'The wall clock of the relay is set by a preloaded module: an hour back, 400 days forward and back, some seconds, while it is used and across restarts. Timestamps in a file must never go back, order stays that of `seq`, waits last as long as they were asked to, and nothing is lost.',
  lacks: lacksSignals,
  async run({ random, model, folder, sized }) {
    const offsetFile = join(folder, 'offset');
    writeFileSync(offsetFile, '0');
    await using relay = await RelayUnderTest.start({
      folder,
      nodeFlags: ['--import', preload],
      env: { CLOCK_OFFSET_FILE: offsetFile },
    });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 5 });
    const offsetNow = async () => {
      const reply = await ask(relay.place, 'GET', '/status');
      return Date.parse((reply.body as { server_time: string }).server_time) - Date.now();
    };
    const set = async (ms: number) => {
      writeFileSync(offsetFile, String(ms));
      relay.signal('SIGUSR2');
      await until(async () => Math.abs((await offsetNow()) - ms) < 3_000, 'the clock was not set', 10_000);
    };
    const cycles = sized({ short: 3, usual: 12, long: 40 });
    for (let cycle = 0; cycle < cycles; cycle++) {
      await load.progress(random.between(20, 120));
      const waiting = timedWait(relay);
      await set(random.pick(jumps));
      const waited = await waiting;
      if (waited < 900 || waited > 8_000)
        model.violated(`a wait of 1 s ended after ${Math.round(waited)} ms when the clock was set`);
      if (random.chance(0.25)) {
        await relay.kill();
        await relay.start();
      }
    }
    const stored = await load.settle();
    await checkTimes(relay, model.violated.bind(model));
    return { jumps: cycles, stored: stored.length };
  },
};

/** Waits where nothing comes; resolves with how long it took, in ms. */
async function timedWait({ place }: RelayUnderTest): Promise<number> {
  const started = performance.now();
  await ask(place, 'GET', '/api/wait?channel=quiet&consumer_id=waiter&timeout_seconds=1');
  return performance.now() - started;
}

async function checkTimes({ place }: RelayUnderTest, violated: (sentence: string) => void): Promise<void> {
  const reply = await ask(place, 'GET', '/api/messages?channel=trial%3Aone&limit=500');
  const { messages } = reply.body as { messages: { seq: number; ts: string }[] };
  let last = '';
  for (const { seq, ts } of messages) {
    if (ts <= last) violated(`the time of seq ${seq} (${ts}) is not after ${last}`);
    last = ts;
  }
}
