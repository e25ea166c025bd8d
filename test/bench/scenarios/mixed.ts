import { decimal, whole } from '../figures.ts';
import type { EventsResult, RequestsResult, TimedResult } from '../load/jobs.ts';
import { Load } from '../load/load.ts';
import { requireAnswers } from '../measure.ts';
import { httpRequest } from '../requests.ts';
import type { Bench, Scenario } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startRelay } from '../servers/start.ts';
import { median } from '../statistics.ts';
import { pacedRequest, streamRequests } from './event-requests.ts';

const pace = 200;
const subscribers = 20;
const waiters = 20;
const dashboards = 3;
const waitEveryMs = 50;

/** A day at work: all at once, and each alone. */
export const mixed: Scenario = {
  name: 'mixed',
  run: async (bench) => {
    await using relay = await startRelay({ ...bench, flags: ['--max-sse-per-channel', '100'] });
    await using loads = new AsyncDisposableStack();
    const [waits, pages] = [loads.use(new Load()), loads.use(new Load())];
    const work = workOn(bench, relay, { waits, pages });
    const alone: Worked[] = [];
    const together: Worked[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      alone.push({ events: await work.events(), waits: await work.waits(), pages: await work.pages() });
      const [events, woken, answered] = await Promise.all([work.events(), work.waits(), work.pages()]);
      together.push({ events, waits: woken, pages: answered });
    }
    const row = (what: string, p: (worked: Worked) => { p50: number; p99: number }, note: string) => [
      what,
      ...[alone, together].flatMap((rounds) => [
        decimal(median(rounds.map((worked) => p(worked).p50))),
        decimal(median(rounds.map((worked) => p(worked).p99))),
      ]),
      note,
    ];
    const delivered = together.reduce((sum, { events }) => sum + events.delivered, 0);
    const expected = together.reduce((sum, { events }) => sum + events.expected, 0);
    return {
      title: 'All at once',
      method:
        `${pace} messages a second to ${subscribers} subscribers of a channel; ${waiters} agents that wait on another, which gets a message every ${waitEveryMs} ms; ` +
        `and ${dashboards} pages that ask for the overview and the agents without pause, far more often than real ones. Each alone, then all together, in turn.`,
      tables: [
        {
          columns: ['', 'alone: p50 ms', 'p99 ms', 'together: p50 ms', 'p99 ms', ''],
          rows: [
            row('answer to a send', ({ events }) => events.answerLatency, ''),
            row(
              'event',
              ({ events }) => events.latency,
              `${whole(delivered)} of ${whole(expected)} delivered`,
            ),
            row('wake-up of a wait', ({ waits: { latency } }) => latency, ''),
            row('overview', ({ pages: { latency } }) => latency, ''),
          ],
        },
      ],
      aims: [
        {
          what: 'share of events delivered once and in order, all at once',
          measured: delivered / expected,
          bound: 'at least',
          goal: 1,
          unit: '',
          kind: 'ratio',
          promise: true,
        },
      ],
      samples: { alone, together },
    };
  },
};

interface Worked {
  events: EventsResult;
  waits: TimedResult;
  pages: RequestsResult;
}

function workOn(bench: Bench, relay: ServerProcess, { waits, pages }: { waits: Load; pages: Load }) {
  const { address } = relay;
  const { warmupMs, ms } = bench.slice;
  const overview = ['/api/state', '/api/agents'].map((path) => httpRequest(address, { method: 'GET', path }));
  return {
    events: () =>
      bench.load.run({
        kind: 'events',
        ...{ address, streams: streamRequests(address, subscribers), request: pacedRequest(address) },
        ...{ perSecond: pace, warmupMs, ms },
      }),
    waits: () =>
      waits.run({ kind: 'waits', address, waiters, channel: 'bench:waits', everyMs: waitEveryMs, ms }),
    pages: async () => {
      const requests = Array.from({ length: dashboards }, () => overview);
      const until = { ms };
      const answered = await pages.run({
        kind: 'requests',
        ...{ address, requests, expect: '{', warmupMs, until },
      });
      requireAnswers(answered);
      return answered;
    },
  };
}
