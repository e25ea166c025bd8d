import {
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { spawnProcess } from '../../support/program-process.ts';
import { ask, codeOf } from '../parts/ask.ts';
import { Load } from '../parts/load.ts';
import { expectRefusal, expectRefusedStart, RelayUnderTest } from '../parts/relay.ts';
import type { Scenario } from '../scenario.ts';

const page = 4_096;

export const damage: Scenario = {
  name: 'damage',
  title: 'Damaged database and log',
  method:
    'After a backup, pages of the database are overwritten with noise under the running relay, which may refuse with a code but must neither die nor hang. Then it is killed and started on files with a ruined header, a database cut in the middle, a log of noise: it either serves or ends with exit code 4 and a sentence that names the file. At last the backup is put in place, and everything from before it must be there.',
  async run({ random, model, folder, sized }) {
    await using relay = await RelayUnderTest.start({ folder });
    const load = await Load.begin({ place: relay.place, model, random, restMs: 2 });
    await load.progress(sized({ short: 200, usual: 1_000, long: 2_000 }), 120_000);
    const before = await load.settle();
    const copy = join(folder, 'backup.db');
    const backup = spawnProcess({ home: relay.home, args: ['backup', copy] });
    const { code } = await backup.exited;
    if (code !== 0) throw new Error(`the backup ended with exit code ${code ?? 0}: ${backup.stderr}`);

    const rounds = sized({ short: 2, usual: 10, long: 30 });
    const outcomes = { served: 0, refused: 0 };
    for (let round = 0; round < rounds; round++) {
      ruinPages(
        relay.databasePath,
        () => random.between(1, statSync(relay.databasePath).size / page - 1),
        random.bytes(500),
      );
      await useEverything(relay, (what, status, answered) => model.refused(what, status, answered));
      if (!relay.isRunning) model.violated(`the relay has ended by itself: ${relay.log.slice(-500)}`);
      await relay.kill();
      if (await relay.startIfItCan()) outcomes.served++;
      else {
        outcomes.refused++;
        expectRefusal(relay, model, [4], /claude-bridge\.db/);
      }
      if (!relay.isRunning || round % 3 === 2) {
        await relay.kill();
        restore(relay, copy);
        await relay.start();
      }
    }
    await relay.kill();

    for (const ruin of [ruinHeader, cutInTheMiddle]) {
      restore(relay, copy);
      ruin(relay.databasePath);
      await expectRefusedStart(relay, model, [4], /claude-bridge\.db: /);
    }
    restore(relay, copy);
    writeFileSync(`${relay.databasePath}-wal`, random.bytes(20_000));
    await relay.start();
    model.holds(await load.listed());
    return {
      rounds,
      'starts served': outcomes.served,
      'starts refused': outcomes.refused,
      'stored before': before.length,
    };
  },
};

function ruinPages(path: string, choose: () => number, noise: Buffer): void {
  const file = openSync(path, 'r+');
  for (let count = 0; count < 4; count++) writeSync(file, noise, 0, noise.length, choose() * page + 200);
  closeSync(file);
}

function ruinHeader(path: string): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 0, 100);
  writeFileSync(path, bytes);
}

function cutInTheMiddle(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2 / page) * page));
}

function restore(relay: RelayUnderTest, copy: string): void {
  for (const ending of ['-wal', '-shm']) rmSync(`${relay.databasePath}${ending}`, { force: true });
  copyFileSync(copy, relay.databasePath);
}

/** What clients ask of a relay; told of each refusal. */
async function useEverything(
  { place }: RelayUnderTest,
  refused: (what: string, status: number, code: unknown) => void,
): Promise<void> {
  const uses: [string, string, object?][] = [
    ['GET', '/status'],
    ['GET', '/api/state'],
    ['GET', '/api/messages?channel=trial%3Aone&limit=500&full=1'],
    ['GET', '/api/messages?channel=trial%3Atwo&before_id=nothing'],
    ['GET', '/api/search?q=sender'],
    ['GET', '/api/consumers'],
    ['GET', '/api/wait?channel=trial%3Aone&consumer_id=reader&timeout_seconds=0'],
    ['POST', '/api/send', { channel: 'trial:ruined', sender: 'alice', content: 'after the damage' }],
    ['GET', '/readyz'],
    ['GET', '/metrics'],
  ];
  for (const [method, path, body] of uses) {
    const reply = await ask(place, method, path, { ...(body && { body }), patience: 20_000 });
    if (reply.status !== 200) refused(`${method} ${path}`, reply.status, codeOf(reply));
  }
}
