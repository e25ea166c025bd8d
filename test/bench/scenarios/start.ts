import { setTimeout as sleep } from 'node:timers/promises';
import { decimal, whole, withSpread } from '../figures.ts';
import { openSession } from '../mcp-requests.ts';
import { interleave } from '../rounds.ts';
import type { Scenario } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const goalStartMs = 300;
const goalIdleMb = 85;

/** How long a server is left alone before its memory is read, in ms. */
const restMs = 1_000;

interface Started {
  startMs: number;
  idleMb: number;
  /** With one MCP session open: the MCP library is loaded when the first client comes. */
  sessionMb?: number;
}

/** From nothing to the first answer, and what an idle relay holds in memory. */
export const start: Scenario = {
  name: 'start',
  run: async (bench) => {
    const rounds = await interleave(
      {
        echo: () => observe(startEcho()),
        relay: () => observe(startRelay(bench), openSession),
      },
      bench,
    );
    const { echo, relay } = rounds;
    const starts = relay.map(({ startMs }) => startMs);
    const idle = relay.map(({ idleMb }) => idleMb);
    const row = (what: string, started: Started[]) => [
      what,
      withSpread(started.map(({ startMs }) => startMs)),
      whole(Math.min(...started.map(({ startMs }) => startMs))),
      withSpread(started.map(({ idleMb }) => idleMb)),
      started[0]?.sessionMb === undefined
        ? '–'
        : withSpread(started.map(({ sessionMb }) => sessionMb ?? NaN)),
    ];
    return {
      title: 'Start and memory',
      method:
        'From spawning the process to its first 200 (of `GET /status`), with an empty data directory each time, and ' +
        'the resident memory a second later; then once more with one MCP session open.',
      tables: [
        {
          columns: ['', 'start ms', 'best', 'idle MB', 'MB with an MCP session'],
          rows: [
            row('bare echo', echo),
            row('relay', relay),
            [
              'relay : echo',
              withSpread(
                ratios(
                  starts,
                  echo.map(({ startMs }) => startMs),
                ),
                decimal,
              ),
              '',
              withSpread(
                ratios(
                  idle,
                  echo.map(({ idleMb }) => idleMb),
                ),
                decimal,
              ),
              '',
            ],
          ],
        },
      ],
      aims: [
        {
          what: 'cold start',
          measured: median(starts),
          bound: 'at most',
          goal: goalStartMs,
          unit: 'ms',
          kind: 'absolute',
        },
        {
          what: 'idle memory',
          measured: median(idle),
          bound: 'at most',
          goal: goalIdleMb,
          unit: 'MB',
          kind: 'absolute',
        },
      ],
      samples: rounds,
    };
  },
};

async function observe(
  starting: Promise<ServerProcess>,
  openSessionOn?: (address: ServerProcess['address']) => Promise<unknown>,
): Promise<Started> {
  await using server = await starting;
  const started: Started = { startMs: server.startMs, idleMb: await memoryAtRest(server) };
  if (!openSessionOn) return started;
  await openSessionOn(server.address);
  return { ...started, sessionMb: await memoryAtRest(server) };
}

async function memoryAtRest(server: ServerProcess): Promise<number> {
  await sleep(restMs);
  return server.usage()?.residentMb ?? NaN;
}
