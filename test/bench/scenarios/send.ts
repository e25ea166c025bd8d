import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { sending } from '../measure.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Aim, Bench, Scenario, Table } from '../scenario.ts';
import { InsertProcess } from '../servers/insert-process.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { untilIdle } from '../servers/until-idle.ts';
import { median, ratios } from '../statistics.ts';

const levels = [1, 8, 32, 64];

/** Share of the bare echo's rate that sends should reach, by connections. */
const goals: Partial<Record<number, number>> = { 8: 0.25, 32: 0.38, 64: 0.45 };

/** Share of the rate of `durability: normal` that forced sends should reach, by connections. */
const goalsOfNormal: Partial<Record<number, number>> = { 64: 0.75 };

/** How long the relays have to be idle before anybody's turn, in ms: the index begins half a second after a load. */
const idleMs = 700;

type Level = Awaited<ReturnType<typeof measureLevel>>;

/** `POST /api/send` beside a bare echo and a bare insert loop. */
export const send: Scenario = {
  name: 'send',
  run: async (bench) => {
    await using echo = await startEcho();
    await using relay = await startRelay(bench);
    await using normal = await startRelay({ ...bench, flags: ['--durability', 'normal'] });
    await using inserts = new InsertProcess(bench.folder);
    const measured: Level[] = [];
    for (const connections of levels) {
      measured.push(await measureLevel(bench, connections, { echo, relay, normal, inserts }));
    }
    return {
      title: 'Sending over HTTP',
      method:
        '`POST /api/send` with a body of about 200 bytes, one request under way on each connection, each to ' +
        'a channel of its own. Every answer comes after its message is on disk (`synchronous=FULL`); "one channel" is the same ' +
        'with all messages to one, whose place in the indexes is then touched once a commit and not by each row. "Normal" is a relay with ' +
        '`durability: normal`, which leaves the moment of writing to the system. The echo is the same request to a bare `node:http` ' +
        'server that parses the body and writes it out again. The insert loop is better-sqlite3 alone, in a process ' +
        'of its own, with as many rows in each commit as there are connections. Each turn begins when the relays have brought their search index up to date ' +
        'after the last (what that costs under load is in "Upkeep of the search index").',
      tables: [tableOf(measured), variantsTable(measured)],
      aims: measured.flatMap(aimsOf),
      samples: Object.fromEntries(measured.map((level) => [`${level.connections} connections`, level])),
    };
  },
};

interface Contenders {
  echo: ServerProcess;
  relay: ServerProcess;
  normal: ServerProcess;
  inserts: InsertProcess;
}

async function measureLevel(bench: Bench, connections: number, { echo, relay, normal, inserts }: Contenders) {
  const alone =
    <T>(contender: (slice: Slice) => Promise<T>) =>
    async (slice: Slice) => {
      await Promise.all([relay, normal].map((each) => untilIdle(each, idleMs)));
      return contender(slice);
    };
  const rounds = await interleave(
    {
      echo: alone(sending(bench, echo, { connections })),
      inserts: alone((slice: Slice) => inserts.rate(connections, slice)),
      send: alone(sending(bench, relay, { connections })),
      oneChannel: alone(sending(bench, relay, { connections, channel: 0 })),
      normal: alone(sending(bench, normal, { connections })),
    },
    bench,
  );
  const sent = perSecond(rounds.send);
  const share = ratios(sent, perSecond(rounds.echo));
  return { connections, ...rounds, share, ofNormal: ratios(sent, perSecond(rounds.normal)) };
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

function variantsTable(measured: readonly Level[]): Table {
  return {
    columns: [
      'connections',
      'one channel /s',
      'of echo',
      'normal /s',
      'of echo',
      'send : normal',
      'µs CPU normal',
    ],
    rows: measured.map(({ connections, echo, oneChannel, normal, ofNormal }) => [
      String(connections),
      whole(median(perSecond(oneChannel))),
      decimal(median(ratios(perSecond(oneChannel), perSecond(echo)))),
      whole(median(perSecond(normal))),
      decimal(median(ratios(perSecond(normal), perSecond(echo)))),
      withSpread(ofNormal, decimal),
      cpuOf(normal),
    ]),
  };
}

function aimsOf({ connections, share, ofNormal }: Level): Aim[] {
  const at = `at ${connections} connections`;
  return [
    ...shareAim(`send : echo ${at}`, share, goals[connections]),
    ...shareAim(`send : send with durability normal ${at}`, ofNormal, goalsOfNormal[connections]),
  ];
}

function shareAim(what: string, shares: readonly number[], goal: number | undefined): Aim[] {
  if (goal === undefined) return [];
  return [{ what, measured: median(shares), bound: 'at least', goal, unit: '', kind: 'ratio' }];
}
