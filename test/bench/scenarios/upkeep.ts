import { fileURLToPath } from 'node:url';
import { randomNumbers, textOf } from '../data/texts.ts';
import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { measureRequests } from '../measure.ts';
import { httpRequest, sendAnswer } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Scenario } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const connections = 32;

/** Share of the rate without an index that sends must keep. */
const goal = 0.9;

/** Different messages that each connection sends in turn: the index has to learn their words. */
const variants = 200;

const program = fileURLToPath(new URL('../../../src-main/cli.ts', import.meta.url));
const withoutIndex = fileURLToPath(new URL('../servers/without-index.ts', import.meta.url));

/** What the upkeep of the search index costs those who send. */
export const upkeep: Scenario = {
  name: 'upkeep',
  run: async (bench) => {
    // Both from the sources: the index can be left out there.
    await using indexed = await startRelay({ ...bench, program });
    await using plain = await startRelay({ ...bench, program, nodeFlags: ['--import', withoutIndex] });
    const rounds = await interleave(
      { plain: sendingTexts(bench, plain), indexed: sendingTexts(bench, indexed) },
      bench,
    );
    const share = ratios(perSecond(rounds.indexed), perSecond(rounds.plain));
    const row = (what: string, measured: typeof rounds.plain) => [
      what,
      withSpread(perSecond(measured)),
      whole(Math.max(...perSecond(measured))),
      medianOf(measured, 'p50'),
      medianOf(measured, 'p99'),
      cpuOf(measured),
    ];
    return {
      title: 'Upkeep of the search index',
      method:
        `\`POST /api/send\` on ${connections} connections, each to a channel of its own, with texts of about 150 characters ` +
        'out of 5,000 words; a third are envelopes. Beside the relay one that never brings its index up to date. The index rests ' +
        'while others write, so it falls behind under such a load and catches up afterwards, or before a search.',
      tables: [
        {
          columns: ['', 'send /s', 'best', 'p50 ms', 'p99 ms', 'µs CPU'],
          rows: [row('without upkeep', rounds.plain), row('with upkeep', rounds.indexed)],
        },
        { columns: ['with : without', ''], rows: [['send /s', withSpread(share, decimal)]] },
      ],
      aims: [
        {
          what: 'sends with upkeep : without',
          measured: median(share),
          bound: 'at least',
          goal,
          unit: '',
          kind: 'ratio',
        },
      ],
      samples: rounds,
    };
  },
};

function sendingTexts({ load }: Bench, server: ServerProcess) {
  const random = randomNumbers(1);
  const requests = Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: variants }, (_variant, number) =>
      httpRequest(server.address, {
        method: 'POST',
        path: '/api/send',
        body: { channel: `bench:${connection}`, sender: `agent ${connection}`, ...contentOf(random, number) },
      }),
    ),
  );
  return (slice: Slice) => measureRequests(load, server, { requests, expect: sendAnswer, slice });
}

function contentOf(random: () => number, number: number): object {
  const content = textOf(random);
  if (number % 3 !== 0) return { content };
  const type = number % 2 === 0 ? 'task' : 'result';
  return { message: { schema_version: 1, type, content, thread_id: `thread ${number}` } };
}
