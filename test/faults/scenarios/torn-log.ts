import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Load } from '../parts/load.ts';
import { RelayUnderTest } from '../parts/relay.ts';
import { isWithoutHoles, openAfterFall } from '../parts/stored-file.ts';
import { until } from '../parts/pause.ts';
import type { Scenario } from '../scenario.ts';

export const tornLog: Scenario = {
  name: 'torn-log',
  title: 'Truncated and torn write-ahead log',
  method:
    'The relay is suspended while it writes, its two files are copied, and it goes on. Of each copy the log is cut off at any byte, or its end overwritten with noise, as far back as a checkpoint has not yet begun to copy it (what a checkpoint copies was forced to disk before). A whole copy must hold all that was acknowledged; any other a beginning of it without holes, in a sound file.',
  lacks: () => (process.platform === 'linux' ? undefined : 'it needs Linux (/proc)'),
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    /** Contents in the order in which senders were told. */
    const told: string[] = [];
    const load = await Load.begin({
      onAcknowledged: ({ content }) => told.push(content),
      place: relay.place,
      model,
      random,
      senders: 16,
      subscribers: 1,
      consumers: 0,
    });
    const scratch = mkdtempSync(join(folder, 'torn-'));
    const copies = sized({ short: 3, usual: 20, long: 60 });
    const cutsOfEach = sized({ short: 5, usual: 10, long: 15 });
    for (let copy = 0; copy < copies; copy++) {
      await load.progress(random.between(20, 200));
      const { database, log, shared } = await copyOf(relay);
      const due = new Set(told);
      const whole = await openAfterFall(scratch, { database, log }, { model, moment: `copy ${copy}` });
      if (whole) model.holds(whole, ({ content }) => due.has(content));
      const from = firstUnsafe(log, shared);
      for (let cut = 0; cut < cutsOfEach && whole; cut++) {
        const place = random.between(from, log.length);
        const moment = `copy ${copy}, its log ${log.length} bytes long and cut at ${place}`;
        const torn = random.chance(0.5) ? log.subarray(0, place) : noisy(log, place, random.bytes(64));
        const stored = await openAfterFall(scratch, { database, log: torn }, { model, moment });
        if (!stored) continue;
        model.holds(stored, () => false);
        if (!isWithoutHoles(stored)) model.violated(`${moment}: there are holes in the numbers`);
      }
    }
    const stored = await load.settle();
    return { copies, cuts: copies * cutsOfEach, stored: stored.length };
  },
};

async function copyOf(relay: RelayUnderTest) {
  relay.signal('SIGSTOP');
  try {
    await until(() => standsStill(relay.pid), 'the relay does not stand still', 10_000);
    const read = (ending: string) => readFileSync(`${relay.databasePath}${ending}`);
    return { database: read(''), log: read('-wal'), shared: read('-shm') };
  } finally {
    relay.signal('SIGCONT');
  }
}

/** Whether all threads of a process have obeyed SIGSTOP. */
function standsStill(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  });
}

/** A frame of the log: a head and a page (sqlite.org/walformat.html). */
const frameBytes = 24 + 4_096;
const logHeadBytes = 32;

/**
 * From where on the log may be lost without breaking what SQLite was promised by the disk. When the log is about to
 * begin anew, all of it was copied already.
 */
function firstUnsafe(log: Buffer, shared: Buffer): number {
  const [salts, attempted] = [shared.subarray(32, 40), shared.readUInt32LE(128)];
  if (!salts.equals(log.subarray(16, 24))) return log.length;
  return Math.min(log.length, logHeadBytes + attempted * frameBytes);
}

function noisy(log: Buffer, place: number, noise: Buffer): Buffer {
  const torn = Buffer.from(log);
  for (let at = place; at < torn.length; at += noise.length) noise.copy(torn, at);
  return torn;
}
