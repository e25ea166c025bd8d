import { decimal, whole, withSpread } from '../figures.ts';
import type { TimedResult } from '../load/jobs.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Aim, Scenario, Table } from '../scenario.ts';
import { startRelay } from '../servers/start.ts';
import { median } from '../statistics.ts';

/** Agents that wait on one channel. */
const crowds = [1, 50];

/** Between two messages, in ms: as long as agents take to be waiting again. */
const everyMs = 20;

const goalMs = 5;

/** How soon a waiting agent learns of a message. */
export const wait: Scenario = {
  name: 'wait',
  run: async ({ load, ...bench }) => {
    await using relay = await startRelay(bench);
    const { address } = relay;
    const waiting = (waiters: number) => (slice: Slice) =>
      load.run({ kind: 'waits', address, waiters, channel: `waits:${waiters}`, everyMs, ms: slice.ms });
    const rounds = await interleave(
      Object.fromEntries(crowds.map((waiters) => [String(waiters), waiting(waiters)])),
      bench,
    );
    return {
      title: 'Waking those who wait',
      method:
        `Agents wait on a channel with \`GET /api/wait\`, each on a connection of its own. Every ${everyMs} ms, when all wait again, a message is sent, and ` +
        'each answer is timed from writing the request of that message, by the one clock of the process that does both.',
      tables: [tableOf(rounds)],
      aims: Object.entries(rounds).flatMap(([waiters, results]) => aimsOf(waiters, results)),
      samples: rounds,
    };
  },
};

const p99Of = (results: readonly TimedResult[]) => results.map(({ latency }) => latency.p99);

function tableOf(rounds: Record<string, TimedResult[]>): Table {
  const sum = (results: readonly TimedResult[], figure: 'arrived' | 'expected') =>
    results.reduce((total, result) => total + result[figure], 0);
  return {
    columns: ['waiting', 'p50 ms', 'p99 ms', 'max ms', 'answer to the send, p50 ms', 'woken'],
    rows: Object.entries(rounds).map(([waiters, results]) => [
      waiters,
      withSpread(
        results.map(({ latency }) => latency.p50),
        decimal,
      ),
      withSpread(p99Of(results), decimal),
      decimal(Math.max(...results.map(({ latency }) => latency.max))),
      decimal(median(results.map(({ answerLatency }) => answerLatency.p50))),
      `${whole(sum(results, 'arrived'))} of ${whole(sum(results, 'expected'))}`,
    ]),
  };
}

function aimsOf(waiters: string, results: readonly TimedResult[]): Aim[] {
  const of = `${waiters} waiting`;
  return [
    {
      what: `wake-up p99, ${of}`,
      measured: median(p99Of(results)),
      bound: 'at most',
      goal: goalMs,
      unit: 'ms',
      kind: 'absolute',
    },
    {
      what: `share of waits that were woken, ${of}`,
      measured: Math.min(...results.map(({ arrived, expected }) => arrived / expected)),
      bound: 'at least',
      goal: 1,
      unit: '',
      kind: 'ratio',
      promise: true,
    },
  ];
}
