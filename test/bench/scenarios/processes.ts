import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { decimal, whole, withSpread } from '../figures.ts';
import { httpRequest } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Scenario } from '../scenario.ts';
import { startRelay, stdioSibling } from '../servers/start.ts';
import { median } from '../statistics.ts';

/** Between two messages, in ms: each is a single commit that must be noticed by itself. */
const everyMs = 40;

/** At least so many in each round, however short its slice: a p99 of fewer would be their maximum. */
const fewest = 100;

const channel = 'bench:beside';

const goalMs = 10;

/** How soon the relay hands out what another process has written to its database. */
export const processes: Scenario = {
  name: 'processes',
  run: async ({ load, ...bench }) => {
    const home = mkdtempSync(join(bench.folder, 'beside-'));
    await using relay = await startRelay({ ...bench, home });
    const { address } = relay;
    const sibling = stdioSibling({ ...bench, home });
    const path = `/events/channel/${encodeURIComponent(channel)}`;
    const stream = httpRequest(address, { method: 'GET', path, headers: { Accept: 'text/event-stream' } });
    const { beside } = await interleave(
      {
        beside: ({ ms }: Slice) =>
          load.run({
            kind: 'sibling',
            ...{ address, sibling, stream, channel, everyMs },
            messages: Math.max(fewest, Math.round(ms / everyMs)),
          }),
      },
      bench,
    );
    const p99 = beside.map(({ latency }) => latency.p99);
    const arrived = beside.reduce((sum, round) => sum + round.arrived, 0);
    const expected = beside.reduce((sum, round) => sum + round.expected, 0);
    return {
      title: 'Between processes',
      method:
        'A process on standard input writes to the database of a running relay, and a stream of the relay brings the event. Each is timed ' +
        `from writing the call to reading the event; one every ${everyMs} ms, at least ${fewest} in each round after the first few of each process.`,
      tables: [
        {
          columns: ['', 'p50 ms', 'p99 ms', 'max ms', 'arrived'],
          rows: [
            [
              'answer to the call',
              decimal(median(beside.map(({ answerLatency }) => answerLatency.p50))),
              decimal(median(beside.map(({ answerLatency }) => answerLatency.p99))),
              decimal(Math.max(...beside.map(({ answerLatency }) => answerLatency.max))),
              '–',
            ],
            [
              'event at the relay',
              withSpread(
                beside.map(({ latency }) => latency.p50),
                decimal,
              ),
              withSpread(p99, decimal),
              decimal(Math.max(...beside.map(({ latency }) => latency.max))),
              `${whole(arrived)} of ${whole(expected)}`,
            ],
          ],
        },
      ],
      aims: [
        {
          what: 'event from another process, p99',
          measured: median(p99),
          bound: 'at most',
          goal: goalMs,
          unit: 'ms',
          kind: 'absolute',
        },
        {
          what: 'share of events from another process that arrived',
          measured: arrived / expected,
          bound: 'at least',
          goal: 1,
          unit: '',
          kind: 'ratio',
          promise: true,
        },
      ],
      samples: { beside },
    };
  },
};
