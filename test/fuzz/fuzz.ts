import fc from 'fast-check';
import { httpRequests, type FuzzRequest } from './http-requests.ts';
import { openSse, openStdio } from './mcp-lines.ts';
import { mcpMessages } from './mcp-messages.ts';
import { McpTalk } from './mcp-talk.ts';
import { Owner } from './owner.ts';
import { faultsOf, headerOf } from './rules.ts';
import { Tally } from './tally.ts';
import { sharedToken, Target } from './target.ts';
import { exchange } from './wire.ts';

export interface FuzzOptions {
  /** The first batch has this seed, each further one the next. */
  seed: number;
  requests: number;
  /** Stops after the batch that is under way then. */
  minutes: number;
  /** The entry of the program. */
  program: string;
  /** Where it gets a data directory; an empty folder. */
  folder: string;
  /** Told now and then how far it is. */
  onProgress?: (tally: Tally) => void;
}

export interface FuzzRun {
  tally: Tally;
  seconds: number;
  /** Heap of the relay in MB after collecting garbage, at some points of the run; the first one after the warm-up. */
  heapMb: number[];
}

/** What one batch is made of. */
const batch = { http: 200, sse: 25, stdio: 25 };
export const batchSize = batch.http + batch.sse + batch.stdio;

/** Connections at a time. */
const concurrency = 16;
/** Time after which a relay that does nothing counts as hanging, in ms. */
const limitMs = 30_000;
/** Time that a client stays that asked for something that may take long, in ms. */
const patienceMs = 250;

/** How often the heap is looked at. */
const heapLooks = 10;
/** Growth of the heap between the end of the warm-up and that of the run that would be a leak, in MB. */
const maxGrowthMb = 12;

/** Throws junk at a relay until there was enough of it, and looks after each batch whether everything else is as it was. */
export async function fuzz({
  seed,
  requests,
  minutes,
  program,
  folder,
  onProgress,
}: FuzzOptions): Promise<FuzzRun> {
  const started = performance.now();
  const tally = new Tally();
  const heapMb: number[] = [];
  await using target = await Target.start(program, folder);
  const owner = new Owner(target);
  await owner.say();
  await using sse = await openSse(target);
  await using stdio = openStdio(program, folder);
  const talks = [new McpTalk(sse, 'MCP over HTTP+SSE', tally), new McpTalk(stdio, 'MCP over stdio', tally)];
  for (const talk of talks) await talk.begin();

  const batches = Math.ceil(requests / batchSize);
  const lookEvery = Math.max(1, Math.floor(batches / heapLooks));
  for (let number = 0; number < batches; number++) {
    const batchSeed = seed + number;
    const { known, machine, cookie, session } = await owner.prepare(number);
    const credentials = [
      '',
      `Authorization: Bearer ${target.localToken}`,
      `Authorization: Bearer ${target.localToken}`,
      `Authorization: Bearer ${sharedToken}`,
      `Authorization: Bearer ${machine}`,
      'Authorization: Bearer not-a-token',
      `Cookie: ${cookie}`,
    ];
    let calls = 0;
    const toMcp = mcpMessages(known).map(({ write }) => ({
      method: 'POST',
      path: '/mcp',
      headers: { Accept: 'application/json, text/event-stream', 'Mcp-Session-Id': session },
      body: write(`post ${++calls}`),
    }));
    const http = fc.sample(httpRequests(known, credentials, [toMcp, toMcp, toMcp, toMcp]), {
      seed: batchSeed,
      numRuns: batch.http,
    });
    const [viaSse, viaStdio] = [batch.sse, batch.stdio].map((numRuns, index) =>
      fc.sample(mcpMessages(known), { seed: batchSeed + index, numRuns }),
    );
    await Promise.all([
      inParallel(http, (request) => tryRequest(target, request, { tally, seed: batchSeed })),
      talks[0]?.exchange(viaSse ?? [], batchSeed),
      talks[1]?.exchange(viaStdio ?? [], batchSeed),
    ]);
    await checkOn(target, owner, { tally, seed: batchSeed });
    if (!target.running) break;
    if ((number + 1) % lookEvery === 0) {
      heapMb.push((await target.heap()) / 2 ** 20);
      onProgress?.(tally);
    }
    if (performance.now() - started > minutes * 60_000) break;
  }
  if (target.running) {
    await expectNobodyLeft(owner, { tally, seed });
    heapMb.push((await target.heap()) / 2 ** 20);
  }
  const growth = (heapMb.at(-1) ?? 0) - (heapMb[0] ?? 0);
  if (growth > maxGrowthMb) {
    tally.fail({
      seed,
      what: 'the heap',
      faults: [`it has grown by more than ${maxGrowthMb} MB`],
      shown: heapMb.map((mb) => mb.toFixed(1)).join(', '),
    });
  }
  return { tally, seconds: (performance.now() - started) / 1000, heapMb };
}

interface Ledger {
  tally: Tally;
  seed: number;
}

async function tryRequest(target: Target, request: FuzzRequest, { tally, seed }: Ledger): Promise<void> {
  const { route, pieces, headOnly, ends, mayWait, ambiguous, followed } = request;
  tally.count(route);
  const leaveAfterMs = mayWait ? patienceMs : undefined;
  const { answers, end, ms } = await exchange({
    port: target.port,
    pieces,
    headOnly,
    ends,
    leaveAfterMs,
    limitMs,
  });
  tally.ended(end);
  if (!mayWait) tally.took(ms, route);
  const secrets = [sharedToken, target.localToken];
  const faults = answers.flatMap((answer, index) =>
    faultsOf(answer, { headOnly: headOnly[index] ?? false, secrets }),
  );
  if (end === 'silent') faults.push('it was neither answered nor closed');
  if (ambiguous) {
    const [first, second] = answers;
    if (second) faults.push('it was answered twice');
    if (first && first.status !== 400) faults.push(`it was not refused, but answered with ${first.status}`);
    if (first && headerOf(first, 'connection') !== 'close') faults.push('its connection was not closed');
  }
  const [, next] = answers;
  if (followed && next && !(next.status === 200 && next.body.includes('"service":"claude-bridge"'))) {
    faults.push('the next request on its connection was not taken as it was sent');
  }
  for (const { status, body } of answers)
    tally.answered(status, status >= 400 ? /"code":"(\w+)"/.exec(body)?.[1] : undefined);
  if (faults.length > 0)
    tally.fail({ seed, what: route, faults: [...new Set(faults)], shown: shown(request) });
}

/** The request as text that a program can read back. */
function shown({ pieces }: FuzzRequest): string {
  return JSON.stringify(pieces.map((piece) => piece.toString('latin1')));
}

async function checkOn(target: Target, owner: Owner, { tally, seed }: Ledger): Promise<void> {
  const fail = (faults: string[], shown: string) =>
    tally.fail({ seed, what: 'after a batch', faults, shown });
  try {
    await owner.restore();
    const faults = await owner.faults();
    if (faults.length > 0) fail(faults, '');
    await owner.say();
  } catch (error) {
    fail([`the relay does not do as its owner says: ${String(error)}`], target.running ? '' : target.log);
  }
  if (/"level":60|fatal|Unhandled|FATAL/.test(target.log))
    fail(['its log tells of the end'], target.log.slice(-2_000));
}

/** Those who have gone leave nothing behind: the relay sees it soon, not at once. */
async function expectNobodyLeft(owner: Owner, { tally, seed }: Ledger): Promise<void> {
  const deadline = performance.now() + limitMs;
  let left = await owner.present();
  while (left.waiters + left.streams > 0 && performance.now() < deadline) left = await owner.present();
  if (left.waiters + left.streams === 0) return;
  tally.fail({
    seed,
    what: 'at the end',
    faults: ['clients that have gone still count'],
    shown: JSON.stringify(left),
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]();
  const workers = Array.from({ length: concurrency }, async () => {
    for (const item of rest) await work(item);
  });
  await Promise.all(workers);
}
