import { decimal, medianOf, perSecond, whole, withSpread } from '../figures.ts';
import { measureRequests, sending } from '../measure.ts';
import { httpRequest } from '../requests.ts';
import { interleave, type Slice } from '../rounds.ts';
import type { Bench, Findings } from '../scenario.ts';
import { ElsewhereServer } from '../servers/elsewhere.ts';
import { startEcho } from '../servers/start.ts';
import { median, ratios } from '../statistics.ts';
import { pacedRequest, streamRequests } from './event-requests.ts';

const levels = [1, 8, 32, 64];

const page = 50;

/** Few enough for what servers allow by default. */
const subscribers = 20;
const pace = 100;

/** The same load at any server with the wire interface: sending, receiving and one channel's streams. */
export async function measureAgainst(bench: Bench, url: string): Promise<Findings> {
  await using echo = await startEcho();
  const there = new ElsewhereServer(url);
  const sends = [];
  for (const connections of levels) {
    const rounds = await interleave(
      { echo: sending(bench, echo, { connections }), send: sending(bench, there, { connections }) },
      bench,
    );
    sends.push({ connections, ...rounds });
  }
  const path = `/api/messages?channel=bench:0&limit=${page}`;
  const request = httpRequest(there.address, { method: 'GET', path });
  const received = await interleave(
    {
      receive: (slice: Slice) =>
        measureRequests(bench.load, there, { requests: Array(8).fill(request), expect: '"seq"', slice }),
    },
    bench,
  );
  const { address } = there;
  const streamed = await interleave(
    {
      events: (slice: Slice) =>
        bench.load.run({
          kind: 'events',
          ...{ address, streams: streamRequests(address, subscribers), request: pacedRequest(address) },
          ...{ perSecond: pace, ...slice },
        }),
    },
    bench,
  );
  const p = (which: 'p50' | 'p99') => decimal(median(streamed.events.map(({ latency }) => latency[which])));
  const delivered = streamed.events.reduce((sum, round) => sum + round.delivered, 0);
  const expected = streamed.events.reduce((sum, round) => sum + round.expected, 0);
  return {
    title: 'A server elsewhere',
    method:
      `The load of the other scenarios on a server that was running already: sends to a channel for each connection, the newest ${page} messages on 8 ` +
      `connections, and ${subscribers} subscribers of a channel at ${pace} messages a second. What it promises when it answers is not ours to say.`,
    tables: [
      {
        columns: ['connections', 'echo /s', 'send /s', 'best', 'send : echo', 'p50 ms', 'p99 ms'],
        rows: sends.map(({ connections, echo: echoed, send }) => [
          String(connections),
          whole(median(perSecond(echoed))),
          withSpread(perSecond(send)),
          whole(Math.max(...perSecond(send))),
          withSpread(ratios(perSecond(send), perSecond(echoed)), decimal),
          medianOf(send, 'p50'),
          medianOf(send, 'p99'),
        ]),
      },
      {
        columns: ['', 'a second', 'p50 ms', 'p99 ms', 'delivered'],
        rows: [
          [
            `receive, newest ${page}`,
            withSpread(perSecond(received.receive)),
            medianOf(received.receive, 'p50'),
            medianOf(received.receive, 'p99'),
            '–',
          ],
          ['event', String(pace), p('p50'), p('p99'), `${whole(delivered)} of ${whole(expected)}`],
        ],
      },
    ],
    aims: [],
    samples: { sends, received, streamed },
  };
}
