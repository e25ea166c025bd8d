import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { type Address, openConnection } from './connection.ts';
import { AnswerReader } from './http-answer.ts';
import type { EventsJob, EventsResult } from './jobs.ts';
import { Histogram } from './latencies.ts';
import { openStream } from './stream.ts';

/** Connections that send in turn, so that a slow answer does not hold up the next message. */
const senders = 32;

/** How long the last events may take to arrive, in ms. */
const patienceMs = 2_000;

/** Runs an EventsJob. */
export async function runEvents(job: EventsJob): Promise<EventsResult> {
  const { address, streams, perSecond, warmupMs, ms } = job;
  const firstCounted = Math.round((warmupMs / 1000) * perSecond);
  const last = firstCounted + Math.round((ms / 1000) * perSecond);
  const arrivals = new Arrivals(firstCounted);
  const answers = new Histogram();

  const open: Socket[] = [];
  for (const stream of streams) open.push(await openStream(address, stream, arrivals.subscriber()));
  const pool = await Promise.all(Array.from({ length: senders }, () => Sender.open(address, answers)));
  const started = performance.now();
  for (let number = 0; number < last; number++) {
    const due = started + (number * 1000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    pool[number % senders]?.send(job.request.replace('{message}', messageText(number)));
  }
  const expected = (last - firstCounted) * streams.length;
  const deadline = performance.now() + patienceMs;
  while (arrivals.delivered < expected && performance.now() < deadline) await sleep(10);
  for (const socket of open) socket.destroy();
  for (const sender of pool) sender.close();
  return {
    expected,
    delivered: arrivals.delivered,
    misplaced: arrivals.misplaced,
    latency: arrivals.latency.summary(),
    answerLatency: answers.summary(),
  };
}

/** The text of a message says which it is and when it was sent, in µs of this process; its length is always the same. */
function messageText(number: number): string {
  const sentAt = Math.round(performance.now() * 1000);
  return `bench ${String(number).padStart(10, '0')} ${String(sentAt).padStart(16, '0')}`;
}

/** Where it stands in the channel, and the text, whether the JSON has blanks or not; other members may repeat the text. */
const arrived = /"seq": ?(\d+),[^{}]*?"content": ?"bench (\d{10}) (\d{16})/g;

/** Longer than what can lie between the end of one match and the end of the next. */
const longestRest = 2_048;

/** Takes down what arrives at every subscriber. */
class Arrivals {
  readonly latency = new Histogram();
  readonly #firstCounted: number;
  #misplaced = 0;

  constructor(firstCounted: number) {
    this.#firstCounted = firstCounted;
  }

  get delivered(): number {
    return this.latency.total;
  }

  get misplaced(): number {
    return this.#misplaced;
  }

  subscriber(): (buffer: Buffer, bytes: number) => void {
    let rest = '';
    let newest = 0;
    return (buffer, bytes) => {
      const now = performance.now();
      const text = rest + buffer.toString('latin1', 0, bytes);
      let used = 0;
      for (const match of text.matchAll(arrived)) {
        const [seq, number, sentAt] = match.slice(1).map(Number) as [number, number, number];
        used = match.index + match[0].length;
        // The order is that of the channel: two messages under way at the same time may be stored in any.
        if (seq <= newest) this.#misplaced++;
        else if (number >= this.#firstCounted) this.latency.record(now - sentAt / 1000);
        newest = Math.max(newest, seq);
      }
      // A read may end within a match.
      rest = text.slice(used).slice(-longestRest);
    };
  }
}

class Sender {
  readonly #socket: Socket;
  readonly #sent: { at: number };

  private constructor(socket: Socket, sent: { at: number }) {
    this.#socket = socket;
    this.#sent = sent;
  }

  static async open(address: Address, answers: Histogram): Promise<Sender> {
    const reader = new AnswerReader();
    const sent = { at: 0 };
    const socket = await openConnection(address, (buffer, bytes) => {
      if (reader.feed(buffer.toString('latin1', 0, bytes))) answers.record(performance.now() - sent.at);
    });
    return new Sender(socket, sent);
  }

  send(request: string): void {
    this.#sent.at = performance.now();
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }
}
