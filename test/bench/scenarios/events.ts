import { decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import type { EventsResult } from '../load/jobs.ts';
import { Load } from '../load/load.ts';
import { type Measured, sending } from '../measure.ts';
import { httpRequest, message } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Scenario, Table } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';

const subscribers = 50;

/** Messages per second while latencies are taken. */
const pace = 200;

/** Connections that send as fast as they can while throughput is taken. */
const saturating = 16;

const goalP99Ms = 5;

/** Event streams: how late an event comes, and how many events there can be. */
export const events: Scenario = {
  name: 'events',
  run: async (bench) => {
    await using echo = await startEcho();
    await using relay = await startRelay({
      ...bench,
      flags: ['--max-sse', '200', '--max-sse-per-channel', '200'],
    });
    const paced = await measurePaced(bench, { echo, relay });
    const saturated = await measureSaturated(bench, { echo, relay });
    return {
      title: 'Event streams',
      method:
        `${subscribers} subscribers of one channel on \`GET /events/channel/…\`. First ${pace} messages a second are ` +
        'sent and each event is timed from writing the request of its message to reading the event, sender and ' +
        'subscribers being one process with one clock; the echo is asked at the same pace, for what a round trip takes ' +
        `here. Then ${saturating} connections send as fast as they can, all to that channel, with subscribers and ` +
        'without.',
      tables: [pacedTable(paced), saturatedTable(saturated)],
      aims: [
        {
          what: `event p99, ${subscribers} subscribers, ${pace} messages/s`,
          measured: median(paced.relay.map(({ latency }) => latency.p99)),
          bound: 'at most',
          goal: goalP99Ms,
          unit: 'ms',
          kind: 'absolute',
        },
        {
          what: 'share of events delivered once and in order',
          measured: Math.min(...paced.relay.map(({ delivered, expected }) => delivered / expected)),
          bound: 'at least',
          goal: 1,
          unit: '',
          kind: 'ratio',
        },
      ],
      samples: { paced, saturated },
    };
  },
};

interface Servers {
  echo: ServerProcess;
  relay: ServerProcess;
}

function measurePaced({ load, ...bench }: Bench, { echo, relay }: Servers) {
  const run = (server: ServerProcess, streams: string[]) => (slice: Slice) =>
    load.run({
      kind: 'events',
      address: server.address,
      streams,
      request: pacedRequest(server),
      perSecond: pace,
      ...slice,
    });
  return interleave({ echo: run(echo, []), relay: run(relay, streamRequests(relay)) }, bench);
}

function pacedTable({ echo, relay }: { echo: EventsResult[]; relay: EventsResult[] }): Table {
  const row = (what: string, rounds: readonly EventsResult['latency'][], delivered: string) => [
    what,
    withSpread(
      rounds.map(({ p50 }) => p50),
      decimal,
    ),
    withSpread(
      rounds.map(({ p99 }) => p99),
      decimal,
    ),
    decimal(Math.min(...rounds.map(({ p99 }) => p99))),
    decimal(Math.max(...rounds.map(({ max }) => max))),
    delivered,
  ];
  const sum = (figure: 'delivered' | 'expected' | 'misplaced') =>
    relay.reduce((total, round) => total + round[figure], 0);
  const delivered = `${whole(sum('delivered'))} of ${whole(sum('expected'))}, ${sum('misplaced')} misplaced`;
  return {
    columns: [`at ${pace} messages/s`, 'p50 ms', 'p99 ms', 'best p99', 'max ms', 'delivered'],
    rows: [
      row(
        'echo, answer',
        echo.map(({ answerLatency }) => answerLatency),
        '–',
      ),
      row(
        'send, answer',
        relay.map(({ answerLatency }) => answerLatency),
        '–',
      ),
      row(
        `event, ${subscribers} subscribers`,
        relay.map(({ latency }) => latency),
        delivered,
      ),
    ],
  };
}

/** With the rate at which events arrive, which is that of the messages as long as nothing is lost. */
type Saturated = Measured & { eventsPerSecond: number };

async function measureSaturated(bench: Bench, { echo, relay }: Servers) {
  // Reading the events is work of its own, in a process of its own.
  await using listeners = new Load();
  const sendTo = (server: ServerProcess) => sending(bench, server, { connections: saturating, channel: 0 });
  const withSubscribers = async (slice: Slice): Promise<Saturated> => {
    const { address } = relay;
    await listeners.run({ kind: 'listen', address, streams: streamRequests(relay) });
    const started = performance.now();
    const measured = await sendTo(relay)(slice);
    const seconds = (performance.now() - started) / 1000;
    const { events: heard } = await listeners.run({ kind: 'heard', expected: 0 });
    return { ...measured, eventsPerSecond: heard / seconds };
  };
  return await interleave({ echo: sendTo(echo), alone: sendTo(relay), subscribed: withSubscribers }, bench);
}

function saturatedTable({
  echo,
  alone,
  subscribed,
}: {
  echo: Measured[];
  alone: Measured[];
  subscribed: Saturated[];
}): Table {
  const row = (what: string, rounds: readonly Measured[], arriving: string) => [
    what,
    withSpread(perSecond(rounds)),
    withSpread(ratios(perSecond(rounds), perSecond(echo)), decimal),
    withSpread(ratios(perSecond(rounds), perSecond(alone)), decimal),
    arriving,
    medianOf(rounds, 'p99'),
  ];
  return {
    columns: [
      `${saturating} connections sending`,
      'messages /s',
      'of echo',
      'of no subscribers',
      'events /s',
      'p99 ms',
    ],
    rows: [
      row('bare echo', echo, '–'),
      row('no subscribers', alone, '–'),
      row(
        `${subscribers} subscribers`,
        subscribed,
        withSpread(subscribed.map((round) => round.eventsPerSecond)),
      ),
    ],
  };
}

const channel = message(0).channel;

function streamRequests({ address }: ServerProcess): string[] {
  const path = `/events/channel/${encodeURIComponent(channel)}`;
  const request = httpRequest(address, { method: 'GET', path, headers: { Accept: 'text/event-stream' } });
  return Array.from({ length: subscribers }, () => request);
}

/** A send whose content is still to be filled in; it is declared as long as it will be. */
function pacedRequest({ address }: ServerProcess): string {
  const content = 'bench 0000000000 0000000000000000';
  const body = { channel, sender: 'load', content };
  return httpRequest(address, { method: 'POST', path: '/api/send', body }).replace(content, '{message}');
}
