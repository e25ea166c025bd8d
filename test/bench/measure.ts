import type { Duration, RequestsJob, RequestsResult } from './load/jobs.ts';
import type { Load } from './load/load.ts';
import { sendAnswer, sendRequests } from './requests.ts';
import type { Slice } from './rounds.ts';
import type { ServerProcess } from './servers/server-process.ts';

/** A server as far as load on it is concerned. */
export type Loaded = Pick<ServerProcess, 'address' | 'usage'>;

/** One slice of load on one server. */
export interface Measured {
  perSecond: number;
  /** In ms. */
  p50: number;
  p99: number;
  /** Processor time of the server for each answer, in µs; undefined where the system does not tell. */
  cpuMicroseconds: number | undefined;
}

/** Sends `requests`, one or several for each connection, for the time of a slice. @throws when an answer is not what it should be */
export async function measureRequests(
  load: Load,
  server: Loaded,
  { requests, expect, slice }: { requests: RequestsJob['requests']; expect: string; slice: Slice },
): Promise<Measured> {
  const { address } = server;
  return measureLoad(server, slice, (duration) =>
    load.run({ kind: 'requests', address, requests, expect, ...duration }),
  );
}

/** The same for any load of calls and answers. */
export async function measureLoad(
  server: Pick<Loaded, 'usage'> | undefined,
  slice: Slice,
  run: (duration: Duration) => Promise<RequestsResult>,
): Promise<Measured> {
  const before = server?.usage()?.cpuMs;
  const result = await run({ warmupMs: slice.warmupMs, until: { ms: slice.ms } });
  const after = server?.usage()?.cpuMs;
  requireAnswers(result);
  // The processor's time covers the warm-up too, whose answers are not counted: at a steady rate they are in proportion.
  const all = result.answers * (1 + slice.warmupMs / (result.seconds * 1000));
  return {
    perSecond: result.answers / result.seconds,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuMicroseconds:
      before === undefined || after === undefined ? undefined : ((after - before) * 1000) / all,
  };
}

/** Measures `POST /api/send`, or the echo of its body, with so many connections: see `sendRequests`. */
export function sending(
  { load }: { load: Load },
  server: Loaded,
  { connections, channel }: { connections: number; channel?: number },
): (slice: Slice) => Promise<Measured> {
  const requests = sendRequests(server.address, connections, channel);
  return (slice) => measureRequests(load, server, { requests, expect: sendAnswer, slice });
}

export function requireAnswers({ answers, refused, refusal }: RequestsResult): void {
  if (refused > 0) throw new Error(`${refused} answers were not what they should be; the first: ${refusal}`);
  if (answers === 0) throw new Error('the server gave no answer');
}
