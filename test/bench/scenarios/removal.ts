import Database from 'better-sqlite3';
import { databaseOf, fillHome } from '../data/filled-home.ts';
import { decimal, whole } from '../figures.ts';
import type { Address } from '../load/connection.ts';
import type { RequestsJob, RequestsResult } from '../load/jobs.ts';
import { Load } from '../load/load.ts';
import { requireAnswers } from '../measure.ts';
import { httpRequest, message } from '../requests.ts';
import type { Aim, Bench, Scenario, Table } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startRelay } from '../servers/start.ts';
import { median } from '../statistics.ts';

const many = 500_000;
const manyQuick = 30_000;

/** Clients that send all the while. */
const connections = 4;

const goalStallMs = 25;

/** How long a look at the senders is, in ms. */
const lookMs = 1_000;

/** Older than any retention. */
const longAgo = '2020-01-31T08:15:00.000000Z';

/** What the senders saw in one look, and how long the relay took to say that it is there. */
interface Look {
  sends: RequestsResult;
  status: RequestsResult;
}

interface Watched {
  what: string;
  messages: number;
  quiet: Look[];
  busy: Look[];
  seconds: number;
}

/** Whether anybody notices that a great deal is removed. */
export const removal: Scenario = {
  name: 'removal',
  run: async (bench) => {
    const messages = bench.quick ? manyQuick : many;
    const watched = [
      await watch({ bench, messages, what: 'clear', flags: [] }),
      await watch({ bench, messages, what: 'retention', flags: ['--retention-days', '1'] }),
    ];
    return {
      title: 'Removing much at once',
      method:
        `A channel of ${messages.toLocaleString('en-US')} messages is cleared, and as many have outlived their time when the relay ` +
        `starts, while ${connections} connections send and another asks \`GET /status\`, which needs nothing but a turn on the event loop. Looks of ` +
        '1 s, from the beginning until the last row is gone; medians of their p99. Words leave the search index later, when senders rest. ' +
        'Before: the same relay, with nothing to remove.',
      tables: [tableOf(watched)],
      aims: watched.flatMap(aimsOf),
      samples: Object.fromEntries(watched.map(({ what, ...figures }) => [what, figures])),
    };
  },
};

async function watch({
  bench,
  messages,
  what,
  flags,
}: {
  bench: Bench;
  messages: number;
  what: string;
  flags: string[];
}): Promise<Watched> {
  const home = await fillHome({ ...bench, messages, channels: 1, timestamp: longAgo });
  await using other = new Load();
  const loads: Loads = { sends: bench.load, status: other };
  const quiet: Look[] = [];
  await using plain = await startRelay(bench);
  for (let looks = 0; looks < 3; looks++) quiet.push(await look(loads, plain));
  await plain.stop();

  // Retention begins with the start. Whatever it takes until the first look is no stall that anybody sees.
  await using relay = await startRelay({ ...bench, home, flags });
  if (what === 'clear') await clear(relay);
  const started = performance.now();
  const busy: Look[] = [];
  const db = new Database(databaseOf(home), { readonly: true });
  try {
    do busy.push(await look(loads, relay));
    while (isLeft(db));
  } finally {
    db.close();
  }
  return { what, messages, quiet, busy, seconds: (performance.now() - started) / 1000 };
}

async function clear({ address }: ServerProcess): Promise<void> {
  const answer = await fetch(`http://${address.host}:${address.port}/api/clear`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ channel: 'bench:0' }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Whether rows of the old messages are left. */
function isLeft(db: Database.Database): boolean {
  return (
    db
      .prepare<[string], 0 | 1>(`SELECT EXISTS (SELECT 1 FROM messages WHERE timestamp = ?)`)
      .pluck()
      .get(longAgo) === 1
  );
}

interface Loads {
  sends: Load;
  status: Load;
}

async function look(loads: Loads, { address }: ServerProcess): Promise<Look> {
  const job = (requests: string[], expect: string): RequestsJob => ({
    kind: 'requests',
    ...{ address, requests, expect, warmupMs: 50 },
    until: { ms: lookMs },
  });
  const [sends, status] = await Promise.all([
    loads.sends.run(job(sending(address), '"channel":"new:')),
    loads.status.run(job([httpRequest(address, { method: 'GET', path: '/status' })], '"online"')),
  ]);
  requireAnswers(sends);
  requireAnswers(status);
  return { sends, status };
}

/** Not to the channel that is emptied. */
function sending(address: Address): string[] {
  return Array.from({ length: connections }, (_, connection) => {
    const body = { ...message(connection), channel: `new:${connection}` };
    return httpRequest(address, { method: 'POST', path: '/api/send', body });
  });
}

const p99Of = (looks: readonly Look[], who: keyof Look) => looks.map((one) => one[who].latency.p99);

function tableOf(watched: readonly Watched[]): Table {
  const figures = (looks: readonly Look[]) => [
    whole(median(looks.map(({ sends }) => sends.answers / sends.seconds))),
    decimal(median(p99Of(looks, 'sends'))),
    decimal(Math.max(...p99Of(looks, 'sends'))),
    decimal(median(p99Of(looks, 'status'))),
    decimal(Math.max(...looks.map(({ status }) => status.latency.max))),
  ];
  return {
    columns: ['', 'rows', 's', 'send /s', 'send p99 ms', 'worst look', 'turn p99 ms', 'longest turn'],
    rows: watched.flatMap(({ what, messages, quiet, busy, seconds }) => [
      [`before ${what}`, '–', '–', ...figures(quiet)],
      [what, whole(messages), decimal(seconds, 1), ...figures(busy)],
    ]),
  };
}

function aimsOf({ what, busy }: Watched): Aim[] {
  const aim = (whose: string, measured: number): Aim => ({
    what: `${what}: ${whose} p99`,
    measured,
    bound: 'at most',
    goal: goalStallMs,
    unit: 'ms',
    kind: 'absolute',
  });
  return [
    aim('sends', median(p99Of(busy, 'sends'))),
    aim('turns of the event loop', median(p99Of(busy, 'status'))),
  ];
}
