import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, openConnection } from './connection.ts';
import { AnswerReader, type HttpAnswer } from './http-answer.ts';
import type { RequestsJob, RequestsResult } from './jobs.ts';
import { Histogram } from './latencies.ts';

/** Runs a RequestsJob: one request under way on each connection, at all times. */
export async function runRequests(job: RequestsJob): Promise<RequestsResult> {
  const tally = new Tally(job.expect);
  const loops = await Promise.all(
    job.requests.map((requests) => RequestLoop.open(job.address, requests, tally)),
  );
  const done = Promise.all(loops.map((loop) => loop.run()));
  const broken = new Promise<never>((_resolve, reject) => void done.catch(reject));
  const result = await Promise.race([measure(tally, job), broken]);
  for (const loop of loops) loop.stop();
  await done;
  return result;
}

async function measure(tally: Tally, { warmupMs, until }: RequestsJob): Promise<RequestsResult> {
  await sleep(warmupMs);
  const started = tally.begin();
  if ('ms' in until) await sleep(until.ms);
  // A disk may stall for longer than a slice: a rate needs one answer at least.
  await tally.reached('ms' in until ? 1 : until.answers);
  const seconds = (performance.now() - started) / 1000;
  return { ...tally.end(), seconds };
}

/** Counts the answers of all connections while it is told to. */
class Tally {
  readonly #expect: string;
  #histogram = new Histogram();
  #refused = 0;
  #refusal: string | undefined;
  #counting = false;
  #goal = Infinity;
  #onGoal: () => void = () => undefined;

  constructor(expect: string) {
    this.#expect = expect;
  }

  /** Forgets the warm-up. Returns the moment from which it counts. */
  begin(): number {
    this.#histogram = new Histogram();
    this.#counting = true;
    return performance.now();
  }

  add(answer: HttpAnswer, latencyMs: number): void {
    if (answer.status >= 300 || !answer.text.includes(this.#expect)) {
      this.#refused++;
      this.#refusal ??= answer.text;
    } else if (this.#counting) {
      this.#histogram.record(latencyMs);
    }
    if (this.#seen >= this.#goal) this.#onGoal();
  }

  /** Resolves when so many answers have come since `begin`; refused ones count, or waiting for them would never end. */
  reached(goal: number): Promise<void> {
    if (this.#seen >= goal) return Promise.resolve();
    this.#goal = goal;
    return new Promise((resolve) => (this.#onGoal = resolve));
  }

  get #seen(): number {
    return this.#histogram.total + this.#refused;
  }

  end(): Omit<RequestsResult, 'seconds'> {
    this.#counting = false;
    const latency = this.#histogram.summary();
    return { answers: this.#histogram.total, refused: this.#refused, refusal: this.#refusal, latency };
  }
}

class RequestLoop {
  readonly #requests: readonly Buffer[];
  readonly #tally: Tally;
  readonly #reader = new AnswerReader();
  #socket: Socket | undefined;
  #sentAt = 0;
  #sent = 0;
  #stopping = false;
  #finish: () => void = () => undefined;

  private constructor(requests: string | readonly string[], tally: Tally) {
    this.#requests = [requests].flat().map((request) => Buffer.from(request));
    this.#tally = tally;
  }

  static async open(
    address: Address,
    requests: string | readonly string[],
    tally: Tally,
  ): Promise<RequestLoop> {
    const loop = new RequestLoop(requests, tally);
    loop.#socket = await openConnection(address, (buffer, bytes) =>
      loop.#read(buffer.toString('latin1', 0, bytes)),
    );
    return loop;
  }

  /** Resolves when the last answer after `stop` has come. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#socket?.once('error', reject);
      this.#socket?.once('end', () => reject(new Error('the server closed a connection')));
      this.#send(performance.now());
    });
  }

  stop(): void {
    this.#stopping = true;
  }

  #send(now: number): void {
    this.#sentAt = now;
    const request = this.#requests[this.#sent++ % this.#requests.length];
    if (request) this.#socket?.write(request);
  }

  #read(text: string): void {
    const answer = this.#reader.feed(text);
    if (!answer) return;
    const now = performance.now();
    this.#tally.add(answer, now - this.#sentAt);
    if (this.#stopping) {
      this.#socket?.destroy();
      this.#finish();
    } else {
      this.#send(now);
    }
  }
}
