import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { toError } from '../../src-shared/bridge-error.ts';
import { makeCertificate } from '../support/certificates.ts';
import { brokenTls } from './broken-tls.ts';
import { httpRequests, type FuzzRequest } from './http-requests.ts';
import { openRemoteStdio, openSse, openStdio, type McpLine } from './mcp-lines.ts';
import { mcpMessages } from './mcp-messages.ts';
import { McpTalk } from './mcp-talk.ts';
import { Owner } from './owner.ts';
import { RenewedToken, renewals, type Renewal } from './renewals.ts';
import { faultsOf, headerOf } from './rules.ts';
import type { Tally } from './tally.ts';
import { Target } from './target.ts';
import { TlsBreaker } from './tls-breaker.ts';
import { exchange, lineTo } from './wire.ts';

/** What one batch is made of. Connections that break TLS come on top of it, where there is some to break. */
const batch = { http: 200, sse: 25, stdio: 25, tls: 40 };
export const batchSize = batch.http + batch.sse + batch.stdio;

/** What is done at a time. */
const concurrency = 16;
/** Time after which a relay that does nothing counts as hanging, in ms. */
const limitMs = 30_000;
/** Time that a client stays that asked for something that may take long, in ms. */
const patienceMs = 250;

/** Growth of the heap between the end of the warm-up and that of the run that would be a leak, in MB. */
const maxGrowthMb = 12;
/** Connections that may be open at the end: those of who asks. */
const maxConnections = 8;

export interface StageOptions {
  /** The entry of the program. */
  program: string;
  /** Where it gets a data directory. */
  folder: string;
  secure: boolean;
  tally: Tally;
}

type Task = () => Promise<unknown>;

/** One relay, and all who have to do with it. */
export class Stage implements AsyncDisposable {
  readonly #target: Target;
  readonly #owner: Owner;
  readonly #lines: readonly McpLine[];
  readonly #talks: readonly McpTalk[];
  readonly #shared: RenewedToken;
  readonly #breaker: TlsBreaker | undefined;
  readonly #tally: Tally;
  /** Heap of the relay in MB after collecting garbage, at some points of the run; the first one after the warm-up. */
  readonly heapMb: number[] = [];
  #batches = 0;
  /** Requests that may rotate the shared token and are under way, and when the last one may have done so. */
  #rotating = 0;
  #lastRotated = -Infinity;

  private constructor(target: Target, lines: readonly McpLine[], { tally, secure }: StageOptions) {
    this.#target = target;
    this.#owner = new Owner(target);
    this.#lines = lines;
    const names = ['MCP over HTTP+SSE', 'MCP over stdio'];
    this.#talks = lines.map((line, index) => new McpTalk(line, { name: names[index] ?? '', secure, tally }));
    this.#shared = new RenewedToken(
      target,
      this.#owner.sharedKey(() => (this.#rotating > 0 ? Infinity : this.#lastRotated)),
    );
    this.#breaker = secure ? new TlsBreaker(target, tally) : undefined;
    this.#tally = tally;
  }

  static async open(options: StageOptions): Promise<Stage> {
    const { program, folder, secure } = options;
    const [home, client] = ['relay', 'client'].map((name) => join(folder, name)) as [string, string];
    for (const one of [home, client]) mkdirSync(one, { recursive: true });
    const certificate = secure ? makeCertificate({ dir: folder }) : undefined;
    const target = await Target.start(program, home, certificate);
    const stdio = certificate
      ? openRemoteStdio(program, target, { home: client, certPath: certificate.certPath })
      : openStdio(program, target);
    const stage = new Stage(target, [await openSse(target), stdio], options);
    await stage.#owner.listen();
    await stage.#owner.say();
    for (const talk of stage.#talks) await talk.begin();
    return stage;
  }

  get isRunning(): boolean {
    return this.#target.running;
  }

  /** Throws one batch of junk at the relay, and looks afterwards whether everything else is as it was. */
  async play(seed: number): Promise<void> {
    const number = this.#batches++;
    const { known, machine, cookie, session } = await this.#owner.prepare(number);
    const shared = this.#target.sharedToken;
    const { localToken } = this.#target;
    const credentials = [
      '',
      `Authorization: Bearer ${localToken}`,
      `Authorization: Bearer ${localToken}`,
      `Authorization: Bearer ${shared}`,
      `Authorization: Bearer ${machine.token}`,
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
      seed,
      numRuns: batch.http,
    });
    const [viaSse, viaStdio] = [batch.sse, batch.stdio].map((numRuns, index) =>
      fc.sample(mcpMessages(known), { seed: seed + index, numRuns }),
    );
    const secrets = [localToken, shared, machine.token];
    const tasks = http.map(
      (request): Task =>
        () =>
          this.#try(request, { seed, secrets }),
    );
    const ofMachine = new RenewedToken(this.#target, this.#owner.keyOf(machine));
    for (const renewal of fc.sample(renewals, { seed, numRuns: 1 }).flat())
      insert(tasks, renewal.at, () => this.#renew(renewal, ofMachine, seed));
    const breaker = this.#breaker;
    if (breaker) {
      const broken = fc.sample(brokenTls, { seed, numRuns: batch.tls });
      broken.forEach((one, index) => insert(tasks, index / broken.length, () => breaker.try(one, seed)));
      insert(tasks, 0.5, () => breaker.crowd(seed));
    }
    await Promise.all([
      inParallel(tasks),
      this.#talks[0]?.exchange(viaSse ?? [], seed),
      this.#talks[1]?.exchange(viaStdio ?? [], seed),
    ]);
    ofMachine.leave();
    await this.#checkOn(seed, secrets);
  }

  /** Has the relay collect its garbage, and writes down what is left, once it is warm. */
  async look(): Promise<void> {
    if (this.#batches === 0) return;
    this.heapMb.push((await this.#target.holdings()).heap / 2 ** 20);
  }

  /** Everybody goes, and nothing of them may stay. */
  async end(seed: number): Promise<void> {
    if (!this.isRunning) return;
    const fail = (faults: string[], shown: string) =>
      this.#tally.fail({ seed, what: 'at the end', faults, shown });
    this.#breaker?.leave();
    await this.#goAll();
    const deadline = performance.now() + limitMs;
    let left = { ...(await this.#owner.present()), ...(await this.#target.holdings()) };
    const isMuch = () => left.waiters + left.streams > 0 || left.connections > maxConnections;
    while (isMuch() && performance.now() < deadline)
      left = { ...(await this.#owner.present()), ...(await this.#target.holdings()) };
    if (isMuch()) fail(['clients that have gone still count'], JSON.stringify(left));
    await this.look();
    const growth = (this.heapMb.at(-1) ?? 0) - (this.heapMb[0] ?? 0);
    if (growth > maxGrowthMb) {
      fail(
        [`the heap has grown by more than ${maxGrowthMb} MB`],
        this.heapMb.map((mb) => mb.toFixed(1)).join(', '),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#breaker?.leave();
    await this.#goAll();
    await this.#target[Symbol.asyncDispose]();
  }

  async #goAll(): Promise<void> {
    this.#shared.leave();
    this.#owner.leave();
    await Promise.all(this.#lines.map((line) => line[Symbol.asyncDispose]()));
  }

  async #try(request: FuzzRequest, { seed, secrets }: { seed: number; secrets: string[] }): Promise<void> {
    const { route, pieces, headOnly, ends, mayWait, ambiguous, followed } = request;
    const tally = this.#tally;
    const secure = this.#target.ca !== undefined;
    tally.count(route, secure);
    const leaveAfterMs = mayWait ? patienceMs : undefined;
    const asked = { pieces, headOnly, ends, leaveAfterMs, limitMs };
    const rotates = route === 'POST /api/token/rotate';
    if (rotates) this.#rotating++;
    const { answers, end, ms } = await exchange({ ...lineTo(this.#target), ...asked });
    if (rotates) {
      this.#rotating--;
      if ((answers[0]?.status ?? 0) < 400) this.#lastRotated = performance.now();
    }
    tally.ended(end);
    if (!mayWait) tally.took(ms, route);
    const faults = answers.flatMap((answer, index) =>
      faultsOf(answer, { headOnly: headOnly[index] ?? false, secure, secrets }),
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

  async #renew({ of, graceSeconds }: Renewal, ofMachine: RenewedToken, seed: number): Promise<void> {
    const renewed = of === 'the shared token' ? this.#shared : ofMachine;
    const faults = await renewed.renew(graceSeconds).catch((error: unknown) => [toError(error).message]);
    if (!faults) return;
    this.#tally.renewed(of);
    if (faults.length > 0)
      this.#tally.fail({ seed, what: `another one for ${of}`, faults, shown: `grace: ${graceSeconds}` });
  }

  async #checkOn(seed: number, secrets: readonly string[]): Promise<void> {
    const { log } = this.#target;
    const fail = (faults: string[], shown: string) =>
      this.#tally.fail({ seed, what: 'after a batch', faults, shown });
    try {
      await this.#owner.restore();
      const faults = await this.#owner.faults();
      if (faults.length > 0) fail(faults, '');
      await this.#owner.say();
    } catch (error) {
      fail([`the relay does not do as its owner says: ${String(error)}`], this.isRunning ? '' : log);
    }
    if (/"level":60|fatal|Unhandled|FATAL/.test(log)) fail(['its log tells of the end'], log.slice(-2_000));
    if (secrets.some((secret) => log.includes(secret))) fail(['its log holds a token'], '');
    const stalled = this.#breaker?.overdue() ?? [];
    if (stalled.length > 0) fail(['who said no more was not shown out'], stalled.join('; '));
  }
}

/** The request as text that a program can read back. */
function shown({ pieces }: FuzzRequest): string {
  return JSON.stringify(pieces.map((piece) => piece.toString('latin1')));
}

/** Puts something else between the requests of a batch. */
function insert(tasks: Task[], share: number, task: Task): void {
  tasks.splice(Math.floor(share * tasks.length), 0, task);
}

async function inParallel(tasks: readonly Task[]): Promise<void> {
  const rest = tasks[Symbol.iterator]();
  const workers = Array.from({ length: concurrency }, async () => {
    for (const task of rest) await task();
  });
  await Promise.all(workers);
}
