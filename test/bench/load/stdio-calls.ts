import type { RequestsResult, StdioCallsJob } from './jobs.ts';
import { StdioProcess } from './stdio-process.ts';
import { measure, Tally } from './tally.ts';

/** Runs a StdioCallsJob. The start of the processes is not measured. */
export async function runStdioCalls(job: StdioCallsJob): Promise<RequestsResult> {
  await using processes = new AsyncDisposableStack();
  const starting = Array.from({ length: job.processes }, () => StdioProcess.start(job.sibling));
  const started = (await Promise.all(starting)).map((one) => processes.use(one));
  const tally = new Tally(job.expect);
  const stop = new AbortController();
  const loops = started.flatMap((served, place) =>
    job.calls
      .filter((_call, number) => number % started.length === place)
      .map((call) => callOver(served, call, { tally, signal: stop.signal })),
  );
  const done = Promise.all(loops);
  const broken = new Promise<never>((_resolve, reject) => void done.catch(reject));
  const result = await Promise.race([measure(tally, job), broken]);
  stop.abort();
  await done;
  return result;
}

async function callOver(
  served: StdioProcess,
  call: object,
  { tally, signal }: { tally: Tally; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const sentAt = performance.now();
    const line = await served.send(call);
    tally.add(true, line, performance.now() - sentAt);
  }
}
