import type { Socket } from 'node:net';
import { type Address, openConnection } from './connection.ts';
import type { LegacyCallsJob, RequestsResult } from './jobs.ts';
import { callOf, initialize, initialized } from './rpc.ts';
import { openStream } from './stream.ts';
import { measure, Tally } from './tally.ts';

/** Runs a LegacyCallsJob. */
export async function runLegacyCalls(job: LegacyCallsJob): Promise<RequestsResult> {
  const tally = new Tally(job.expect);
  const sessions = await Promise.all(job.calls.map((call) => LegacySession.open(job.address, call, tally)));
  for (const session of sessions) session.call();
  const result = await measure(tally, job);
  for (const session of sessions) session.close();
  return result;
}

/** The frames that bring the path for requests, and the answers. */
const endpoint = /event: endpoint\r?\ndata: (\S+)\r?\n/;
const frameEnd = /\r?\n\r?\n/;

/** One session of the legacy transport: requests go over one connection, answers come on the stream. */
class LegacySession {
  readonly #address: Address;
  readonly #message: object;
  readonly #tally: Tally;
  #stream: Socket | undefined;
  #requests: Socket | undefined;
  #path = '';
  #text = '';
  #sentAt = 0;
  #onFrame: (frame: string) => void = () => undefined;

  private constructor(address: Address, message: object, tally: Tally) {
    this.#address = address;
    this.#message = message;
    this.#tally = tally;
  }

  static async open(address: Address, message: object, tally: Tally): Promise<LegacySession> {
    const session = new LegacySession(address, message, tally);
    // What answers a request only says that it was taken.
    session.#requests = await openConnection(address, () => undefined);
    const named = session.#next();
    session.#stream = await openStream(address, headOf(address, 'GET', '/sse'), (buffer, bytes) =>
      session.#read(buffer.toString('latin1', 0, bytes)),
    );
    session.#path = endpoint.exec(`${await named}\n`)?.[1] ?? '/';
    const answered = session.#next();
    session.#post(initialize);
    await answered;
    session.#post(initialized);
    return session;
  }

  /** Calls, and again as soon as the answer has come. */
  call(): void {
    this.#onFrame = (frame) => {
      this.#tally.add(true, frame, performance.now() - this.#sentAt);
      this.#send();
    };
    this.#send();
  }

  close(): void {
    this.#onFrame = () => undefined;
    this.#stream?.destroy();
    this.#requests?.destroy();
  }

  #send(): void {
    this.#sentAt = performance.now();
    this.#post(callOf(1, this.#message));
  }

  #next(): Promise<string> {
    return new Promise((resolve) => (this.#onFrame = resolve));
  }

  #post(message: object): void {
    const body = JSON.stringify(message);
    this.#requests?.write(headOf(this.#address, 'POST', this.#path, body));
  }

  #read(text: string): void {
    this.#text += text;
    for (let end = frameEnd.exec(this.#text); end; end = frameEnd.exec(this.#text)) {
      const frame = this.#text.slice(0, end.index);
      this.#text = this.#text.slice(end.index + end[0].length);
      if (frame.includes('data: ')) this.#onFrame(frame);
    }
  }
}

function headOf({ host, port }: Address, method: string, path: string, body = ''): string {
  const type =
    body === ''
      ? 'Accept: text/event-stream\r\n'
      : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${type}\r\n${body}`;
}
