import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { type Measured, measureLoad, measureRequests, sending } from '../measure.ts';
import { callRequests, openSessions, sentAnswer } from '../mcp-requests.ts';
import { message } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Scenario, Table } from '../scenario.ts';
import { startRelay, stdioSibling } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const levels = [1, 8, 64];

/** Processes among which calls over standard input are dealt out at most. */
const mostProcesses = 8;

type Level = Awaited<ReturnType<typeof measureLevel>>;

/** `bridge_send` over each of the three transports of MCP. */
export const transports: Scenario = {
  name: 'transports',
  run: async (bench) => {
    const measured: Level[] = [];
    for (const calls of levels) measured.push(await measureLevel(bench, calls));
    return {
      title: 'The three transports of MCP',
      method:
        '`bridge_send` with so many calls under way: over Streamable HTTP and over the legacy transport one in each session, and over standard input in ' +
        `one process for each call, ${mostProcesses} at most, which write to one database without a relay. Beside them \`POST /api/send\` on as many connections.`,
      tables: [tableOf(measured)],
      aims: [],
      samples: Object.fromEntries(measured.map((level) => [`${level.calls} calls`, level])),
    };
  },
};

async function measureLevel(bench: Bench, calls: number) {
  const { load } = bench;
  await using relay = await startRelay(bench);
  const { address } = relay;
  const messages = Array.from({ length: calls }, (_, number) => message(number));
  const requests = callRequests(address, await openSessions(address, calls), 'stream');
  const sibling = stdioSibling({ ...bench, home: mkdtempSync(join(bench.folder, 'stdio-')) });
  const processes = Math.min(calls, mostProcesses);
  const rounds = await interleave(
    {
      send: sending(bench, relay, { connections: calls }),
      streamable: (slice: Slice) => measureRequests(load, relay, { requests, expect: sentAnswer, slice }),
      legacy: (slice: Slice) =>
        measureLoad(relay, slice, (duration) =>
          load.run({ kind: 'legacy calls', address, calls: messages, expect: sentAnswer, ...duration }),
        ),
      stdio: (slice: Slice) =>
        measureLoad(undefined, slice, (duration) =>
          load.run({
            kind: 'stdio calls',
            ...{ sibling, processes, calls: messages, expect: sentAnswer },
            ...duration,
          }),
        ),
    },
    bench,
  );
  return { calls, ...rounds };
}

function tableOf(measured: readonly Level[]): Table {
  const row = (calls: number, what: string, rounds: Measured[], send: Measured[]) => [
    String(calls),
    what,
    withSpread(perSecond(rounds)),
    whole(Math.max(...perSecond(rounds))),
    decimal(median(ratios(perSecond(rounds), perSecond(send)))),
    medianOf(rounds, 'p50'),
    medianOf(rounds, 'p99'),
  ];
  return {
    columns: ['under way', '', 'calls /s', 'best', 'of HTTP send', 'p50 ms', 'p99 ms'],
    rows: measured.flatMap(({ calls, send, streamable, legacy, stdio }) => [
      row(calls, 'HTTP send', send, send),
      row(calls, 'Streamable HTTP', streamable, send),
      row(calls, 'legacy HTTP and SSE', legacy, send),
      row(calls, `standard input, ${Math.min(calls, mostProcesses)} processes`, stdio, send),
    ]),
  };
}
