import { setTimeout as sleep } from 'node:timers/promises';
import { decimal, whole } from '../figures.ts';
import { openSessions } from '../mcp-requests.ts';
import { requireAnswers } from '../measure.ts';
import { sendAnswer, sendRequests } from '../requests.ts';
import type { Scenario } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startRelay } from '../servers/start.ts';

const sessions = 200;

/** How long a relay is watched that nobody asks anything. */
const watchMs = 10_000;
const watchQuickMs = 2_000;

/** Messages that bring the memory to its working size. */
const loadMessages = 60_000;
const loadQuickMessages = 5_000;

const connections = 32;

const goalPercent = 0.5;

interface Rest {
  what: string;
  residentMb: number;
  /** Of one core, in per cent. */
  cpuPercent: number;
}

/** What a relay takes while nothing happens: at first, with many sessions open, and after much work. */
export const idle: Scenario = {
  name: 'idle',
  run: async (bench) => {
    const ms = bench.quick ? watchQuickMs : watchMs;
    const count = bench.quick ? loadQuickMessages : loadMessages;
    await using relay = await startRelay(bench);
    const { address } = relay;
    await sleep(1_000);
    const rests = [await watch(relay, 'after the start', ms)];
    await openSessions(address, sessions);
    await sleep(1_000);
    rests.push(await watch(relay, `with ${sessions} idle MCP sessions`, ms));
    const until = { answers: count };
    const requests = sendRequests(address, connections);
    requireAnswers(
      await bench.load.run({ kind: 'requests', address, requests, expect: sendAnswer, warmupMs: 0, until }),
    );
    rests.push({ what: `the moment after ${whole(count)} sends`, ...memory(relay), cpuPercent: NaN });
    const [first, second] = rests;
    const perSession = (((second?.residentMb ?? NaN) - (first?.residentMb ?? NaN)) * 1024) / sessions;
    return {
      title: 'A relay at rest',
      method:
        `Resident memory, and the processor's time within ${ms / 1000} s in which nobody asks anything, in steps of 10 ms. A session of MCP ` +
        'stays open until its client ends it or half an hour has passed. The last row is the memory under load.',
      tables: [
        {
          columns: ['', 'resident MB', '% of a core'],
          rows: rests.map(({ what, residentMb, cpuPercent }) => [
            what,
            decimal(residentMb, 1),
            Number.isNaN(cpuPercent) ? '–' : decimal(cpuPercent),
          ]),
        },
        {
          columns: ['', 'KB'],
          rows: [['one idle session, the MCP library included in the first', decimal(perSession, 0)]],
        },
      ],
      aims: [
        {
          what: "idle relay: the processor's time",
          measured: first?.cpuPercent ?? NaN,
          bound: 'at most',
          goal: goalPercent,
          unit: '% of a core',
          kind: 'absolute',
        },
      ],
      samples: { rests },
    };
  },
};

function memory(relay: ServerProcess): { residentMb: number } {
  return { residentMb: relay.usage()?.residentMb ?? NaN };
}

async function watch(relay: ServerProcess, what: string, ms: number): Promise<Rest> {
  const before = relay.usage()?.cpuMs ?? NaN;
  await sleep(ms);
  const after = relay.usage()?.cpuMs ?? NaN;
  return { what, ...memory(relay), cpuPercent: ((after - before) / ms) * 100 };
}
