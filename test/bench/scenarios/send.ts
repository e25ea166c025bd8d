import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { sending } from '../measure.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Aim, Bench, Scenario, Table } from '../scenario.ts';
import { InsertProcess } from '../servers/insert-process.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const levels = [1, 8, 32, 64];

/** Share of the bare echo's rate that sends should reach, by connections. */
const goals: Partial<Record<number, number>> = { 32: 0.35 };

type Level = Awaited<ReturnType<typeof measureLevel>>;

/** `POST /api/send` beside a bare echo and a bare insert loop. */
export const send: Scenario = {
  name: 'send',
  run: async (bench) => {
    await using echo = await startEcho();
    await using relay = await startRelay(bench);
    await using inserts = new InsertProcess(bench.folder);
    const measured: Level[] = [];
    for (const connections of levels) {
      measured.push(await measureLevel(bench, connections, { echo, relay, inserts }));
    }
    return {
      title: 'Sending over HTTP',
      method:
        '`POST /api/send` with a body of about 200 bytes, one request under way on each connection, each to ' +
        'a channel of its own. Every answer comes after its message is on disk (`synchronous=FULL`). The echo is the same request to a bare `node:http` ' +
        'server that parses the body and writes it out again. The insert loop is better-sqlite3 alone, in a process ' +
        'of its own, with as many rows in each commit as there are connections.',
      tables: [tableOf(measured)],
      aims: measured.flatMap(aimsOf),
      samples: Object.fromEntries(measured.map((level) => [`${level.connections} connections`, level])),
    };
  },
};

async function measureLevel(
  bench: Bench,
  connections: number,
  { echo, relay, inserts }: { echo: ServerProcess; relay: ServerProcess; inserts: InsertProcess },
) {
  const rounds = await interleave(
    {
      echo: sending(bench, echo, { connections }),
      inserts: (slice: Slice) => inserts.rate(connections, slice),
      send: sending(bench, relay, { connections }),
    },
    bench,
  );
  return { connections, ...rounds, share: ratios(perSecond(rounds.send), perSecond(rounds.echo)) };
}

function tableOf(measured: readonly Level[]): Table {
  return {
    columns: [
      'connections',
      'echo /s',
      'insert loop rows/s',
      'send /s',
      'best',
      'send : echo',
      'send : inserts',
      'p50 ms',
      'p99 ms',
      'µs CPU echo',
      'µs CPU send',
    ],
    rows: measured.map(({ connections, echo, inserts, send: sends, share }) => [
      String(connections),
      whole(median(perSecond(echo))),
      whole(median(inserts)),
      withSpread(perSecond(sends)),
      whole(Math.max(...perSecond(sends))),
      withSpread(share, decimal),
      decimal(median(ratios(perSecond(sends), inserts))),
      medianOf(sends, 'p50'),
      medianOf(sends, 'p99'),
      cpuOf(echo),
      cpuOf(sends),
    ]),
  };
}

function aimsOf({ connections, share }: Level): Aim[] {
  const goal = goals[connections];
  if (goal === undefined) return [];
  return [
    {
      what: `send : echo at ${connections} connections`,
      measured: median(share),
      bound: 'at least',
      goal,
      unit: '',
      kind: 'ratio',
    },
  ];
}
