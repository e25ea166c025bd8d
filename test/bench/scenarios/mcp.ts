import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { measureRequests, sending } from '../measure.ts';
import { type Accept, callRequests, openSessions, sentAnswer } from '../mcp-requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Scenario, Table } from '../scenario.ts';
import { InsertProcess } from '../servers/insert-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';
import { growthTable, measureGrowth } from './mcp-memory.ts';

const sessionCount = 8;

/** Share of our own HTTP send that a call should reach. */
const goal = 0.55;

/** `bridge_send` over Streamable HTTP beside our own `POST /api/send`. */
export const mcp: Scenario = {
  name: 'mcp',
  run: async (bench) => {
    const { rounds, share } = await measureRates(bench);
    const growth = await measureGrowth(bench);
    return {
      title: 'Sending over MCP',
      method:
        `\`bridge_send\` over Streamable HTTP in ${sessionCount} sessions, one call under way in each, beside ` +
        `\`POST /api/send\` on ${sessionCount} connections, with the same messages. "Stream": the client accepts an ` +
        'event stream, as MCP clients do, and each answer is one; "JSON": it accepts JSON alone. The memory is ' +
        'that of another relay with as many sessions, after blocks of calls one after the other; when garbage is collected ' +
        'is for the engine to decide, so such figures jump by some MB.',
      tables: [rateTable(rounds), growthTable(growth)],
      aims: [
        {
          what: `MCP call (stream) : HTTP send at ${sessionCount}`,
          measured: median(share),
          bound: 'at least',
          goal,
          unit: '',
          kind: 'ratio',
        },
      ],
      samples: { ...rounds, growth },
    };
  },
};

async function measureRates(bench: Bench) {
  await using echo = await startEcho();
  await using relay = await startRelay(bench);
  await using inserts = new InsertProcess(bench.folder);
  const callIn = async (accept: Accept) => {
    const requests = callRequests(relay.address, await openSessions(relay.address, sessionCount), accept);
    return (slice: Slice) => measureRequests(bench.load, relay, { requests, expect: sentAnswer, slice });
  };
  const rounds = await interleave(
    {
      echo: sending(bench, echo, { connections: sessionCount }),
      inserts: (slice: Slice) => inserts.rate(sessionCount, slice),
      send: sending(bench, relay, { connections: sessionCount }),
      stream: await callIn('stream'),
      json: await callIn('json'),
    },
    bench,
  );
  return { rounds, share: ratios(perSecond(rounds.stream), perSecond(rounds.send)) };
}

function rateTable(rounds: Awaited<ReturnType<typeof measureRates>>['rounds']): Table {
  const contenders = [
    ['bare echo', rounds.echo],
    ['HTTP send', rounds.send],
    ['MCP call, stream', rounds.stream],
    ['MCP call, JSON', rounds.json],
  ] as const;
  return {
    columns: ['', 'calls /s', 'best', 'of HTTP send', 'of echo', 'p50 ms', 'p99 ms', 'µs CPU'],
    rows: [
      ...contenders.map(([name, measured]) => [
        name,
        withSpread(perSecond(measured)),
        whole(Math.max(...perSecond(measured))),
        withSpread(ratios(perSecond(measured), perSecond(rounds.send)), decimal),
        decimal(median(ratios(perSecond(measured), perSecond(rounds.echo)))),
        medianOf(measured, 'p50'),
        medianOf(measured, 'p99'),
        cpuOf(measured),
      ]),
      [
        `insert loop, ${sessionCount} rows a commit`,
        withSpread(rounds.inserts),
        whole(Math.max(...rounds.inserts)),
        withSpread(ratios(rounds.inserts, perSecond(rounds.send)), decimal),
        decimal(median(ratios(rounds.inserts, perSecond(rounds.echo)))),
        '–',
        '–',
        '–',
      ],
    ],
  };
}
