import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { type Measured, measureRequests, sending } from '../measure.ts';
import { httpRequest, sendAnswer, sendRequests } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Scenario, Table } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const levels = [1, 8, 64];

/** Messages of a page. */
const page = 50;

type Level = Awaited<ReturnType<typeof measureLevel>>;

/** `GET /api/messages` beside the bare echo. */
export const receive: Scenario = {
  name: 'receive',
  run: async (bench) => {
    await using echo = await startEcho();
    await using relay = await startRelay(bench);
    const newest = await fill(bench, relay);
    const measured: Level[] = [];
    for (const connections of levels) {
      measured.push(await measureLevel(bench, connections, { echo, relay, newest }));
    }
    return {
      title: 'Receiving over HTTP',
      method:
        '`GET /api/messages`: with a cursor behind which nothing has come, as agents ask again and again, and without one for ' +
        `the newest ${page} messages of about 200 bytes, which are 30 KB of JSON. The echo is a small request and answer, as in the table above.`,
      tables: [tableOf(measured)],
      aims: [],
      samples: Object.fromEntries(measured.map((level) => [`${level.connections} connections`, level])),
    };
  },
};

/** Fills a channel. @returns the id of its newest message */
async function fill({ load }: Bench, { address }: ServerProcess): Promise<string> {
  const requests = sendRequests(address, 1);
  const until = { answers: page };
  await load.run({ kind: 'requests', address, requests, expect: sendAnswer, warmupMs: 0, until });
  const answer = await fetch(`http://${address.host}:${address.port}/api/messages?channel=bench:0&limit=1`);
  const { messages } = (await answer.json()) as { messages: { id: string }[] };
  return messages.at(-1)?.id ?? '';
}

function measureLevel(
  bench: Bench,
  connections: number,
  { echo, relay, newest }: { echo: ServerProcess; relay: ServerProcess; newest: string },
) {
  const asking = (query: string, expect: string) => {
    const path = `/api/messages?channel=bench:0&${query}`;
    const request = httpRequest(relay.address, { method: 'GET', path });
    const requests = Array.from({ length: connections }, () => request);
    return (slice: Slice) => measureRequests(bench.load, relay, { requests, expect, slice });
  };
  const contenders = {
    echo: sending(bench, echo, { connections }),
    nothing: asking(`since_id=${newest}`, '"messages":[]'),
    full: asking(`limit=${page}`, '"seq":'),
  };
  return interleave(contenders, bench).then((rounds) => ({ connections, ...rounds }));
}

function tableOf(measured: readonly Level[]): Table {
  const row = (connections: number, what: string, rounds: Measured[], echo: Measured[]) => [
    String(connections),
    what,
    withSpread(perSecond(rounds)),
    whole(Math.max(...perSecond(rounds))),
    decimal(median(ratios(perSecond(rounds), perSecond(echo)))),
    medianOf(rounds, 'p50'),
    medianOf(rounds, 'p99'),
    cpuOf(rounds),
  ];
  return {
    columns: ['connections', '', 'answers /s', 'best', 'of echo', 'p50 ms', 'p99 ms', 'µs CPU'],
    rows: measured.flatMap(({ connections, echo, nothing, full }) => [
      row(connections, 'bare echo', echo, echo),
      row(connections, 'nothing new', nothing, echo),
      row(connections, `newest ${page}`, full, echo),
    ]),
  };
}
