import type { Socket } from 'node:net';
import { type Address, openConnection } from './connection.ts';
import { AnswerReader } from './http-answer.ts';
import type { RequestsJob, RequestsResult } from './jobs.ts';
import { measure, Tally } from './tally.ts';

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
    this.#tally.add(answer.status < 300, answer.text, now - this.#sentAt);
    if (this.#stopping) {
      this.#socket?.destroy();
      this.#finish();
    } else {
      this.#send(now);
    }
  }
}
