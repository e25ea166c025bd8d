import { cpuOf, decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import type { EventsResult } from '../load/jobs.ts';
import { Load } from '../load/load.ts';
import { type Measured, sending } from '../measure.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Aim, Bench, Scenario, Table } from '../scenario.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startEcho, startRelay } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';
import { pacedRequest, streamRequests } from './event-requests.ts';

/** Subscribers of one channel. */
const crowds = [1, 50, 500];

/** The crowds that the aims are about: how late an event may come, and how many there can be. */
const aimedAtLatency = 50;
const aimedAtEvents = 500;

/** Messages per second while latencies are taken. */
const pace = 200;

/** How long latencies are taken at least, in ms, however short a slice is otherwise: the p99 of few messages would be their maximum. */
const shortestMs = 2_000;

/** Connections that send as fast as they can while throughput is taken. */
const saturating = 16;

const goalP99Ms = 3;
const goalEvents = 800_000;

type Crowd = Awaited<ReturnType<typeof measureCrowd>>;

/** Event streams: how late an event comes, and how many events there can be. */
export const events: Scenario = {
  name: 'events',
  run: async (bench) => {
    await using echo = await startEcho();
    await using relay = await startRelay({
      ...bench,
      flags: ['--max-sse', '1000', '--max-sse-per-channel', '1000'],
    });
    const measured: Crowd[] = [];
    for (const subscribers of crowds) measured.push(await measureCrowd(bench, subscribers, { echo, relay }));
    return {
      title: 'Event streams',
      method:
        `Subscribers of one channel on \`GET /events/channel/…\`. First ${pace} messages a second are ` +
        'sent and each event is timed from writing the request of its message to reading the event, sender and ' +
        'subscribers being one process with one clock; the echo is asked at the same pace, for what a round trip takes ' +
        `here. Then ${saturating} connections send as fast as they can, all to that channel, with subscribers and ` +
        'without. With 500, reading the events takes a whole core of its own.',
      tables: [pacedTable(measured), saturatedTable(measured)],
      aims: [
        ...measured.flatMap(latencyAim),
        ...measured.flatMap(eventsAim),
        {
          what: 'share of events delivered once and in order',
          measured: Math.min(
            ...measured.flatMap(({ paced }) =>
              paced.relay.map(({ delivered, expected }) => delivered / expected),
            ),
          ),
          bound: 'at least',
          goal: 1,
          unit: '',
          kind: 'ratio',
          promise: true,
        },
      ],
      samples: Object.fromEntries(measured.map((crowd) => [`${crowd.subscribers} subscribers`, crowd])),
    };
  },
};

function latencyAim({ subscribers, paced }: Crowd): Aim[] {
  if (subscribers !== aimedAtLatency) return [];
  return [
    {
      what: `event p99, ${subscribers} subscribers, ${pace} messages/s`,
      measured: median(paced.relay.map(({ latency }) => latency.p99)),
      bound: 'at most',
      goal: goalP99Ms,
      unit: 'ms',
      kind: 'absolute',
    },
  ];
}

function eventsAim({ subscribers, saturated }: Crowd): Aim[] {
  if (subscribers !== aimedAtEvents) return [];
  return [
    {
      what: `events delivered to ${subscribers} subscribers`,
      measured: median(saturated.subscribed.map(({ eventsPerSecond }) => eventsPerSecond)),
      bound: 'at least',
      goal: goalEvents,
      unit: 'a second',
      kind: 'absolute',
    },
  ];
}

interface Servers {
  echo: ServerProcess;
  relay: ServerProcess;
}

async function measureCrowd(bench: Bench, subscribers: number, servers: Servers) {
  const paced = await measurePaced(bench, subscribers, servers);
  return { subscribers, paced, saturated: await measureSaturated(bench, subscribers, servers) };
}

function measurePaced({ load, ...bench }: Bench, subscribers: number, { echo, relay }: Servers) {
  const run =
    ({ address }: ServerProcess, streams: string[]) =>
    (slice: Slice) =>
      load.run({
        kind: 'events',
        ...{ address, streams, request: pacedRequest(address), perSecond: pace },
        ...{ warmupMs: slice.warmupMs, ms: Math.max(shortestMs, slice.ms) },
      });
  const streams = streamRequests(relay.address, subscribers);
  return interleave({ echo: run(echo, []), relay: run(relay, streams) }, bench);
}

function pacedTable(measured: readonly Crowd[]): Table {
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
  const answers = (rounds: readonly EventsResult[]) => rounds.map(({ answerLatency }) => answerLatency);
  return {
    columns: [`at ${pace} messages/s`, 'p50 ms', 'p99 ms', 'best p99', 'max ms', 'delivered'],
    rows: measured.flatMap(({ subscribers, paced: { echo, relay } }) => {
      const sum = (figure: 'delivered' | 'expected' | 'misplaced') =>
        relay.reduce((total, round) => total + round[figure], 0);
      const delivered = `${whole(sum('delivered'))} of ${whole(sum('expected'))}, ${sum('misplaced')} misplaced`;
      const latencies = relay.map(({ latency }) => latency);
      return [
        row('echo, answer', answers(echo), '–'),
        row(`send, answer, ${subscribers} subscribed`, answers(relay), '–'),
        row(`event, ${subscribers} subscribed`, latencies, delivered),
      ];
    }),
  };
}

/** With the rate at which events arrive, which is that of the messages as long as nothing is lost. */
type Saturated = Measured & { eventsPerSecond: number };

async function measureSaturated(bench: Bench, subscribers: number, { echo, relay }: Servers) {
  // Reading the events is work of its own, in a process of its own.
  await using listeners = new Load();
  const sendTo = (server: ServerProcess) => sending(bench, server, { connections: saturating, channel: 0 });
  const withSubscribers = async (slice: Slice): Promise<Saturated> => {
    const { address } = relay;
    await listeners.run({ kind: 'listen', address, streams: streamRequests(address, subscribers) });
    const started = performance.now();
    const measured = await sendTo(relay)(slice);
    const seconds = (performance.now() - started) / 1000;
    const { events: heard } = await listeners.run({ kind: 'heard', expected: 0 });
    return { ...measured, eventsPerSecond: heard / seconds };
  };
  return await interleave({ echo: sendTo(echo), alone: sendTo(relay), subscribed: withSubscribers }, bench);
}

function saturatedTable(measured: readonly Crowd[]): Table {
  return {
    columns: [
      `${saturating} connections sending`,
      'messages /s',
      'of echo',
      'of no subscribers',
      'events /s',
      'p99 ms',
      'µs CPU a message',
    ],
    rows: measured.flatMap(({ subscribers, saturated: { echo, alone, subscribed } }) => {
      const row = (what: string, rounds: readonly Measured[], arriving: string) => [
        what,
        withSpread(perSecond(rounds)),
        withSpread(ratios(perSecond(rounds), perSecond(echo)), decimal),
        withSpread(ratios(perSecond(rounds), perSecond(alone)), decimal),
        arriving,
        medianOf(rounds, 'p99'),
        cpuOf(rounds),
      ];
      const events = withSpread(subscribed.map(({ eventsPerSecond }) => eventsPerSecond));
      return [
        row('bare echo', echo, '–'),
        row('no subscribers', alone, '–'),
        row(`${subscribers} subscribers`, subscribed, events),
      ];
    }),
  };
}
