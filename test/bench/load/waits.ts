import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { type Address, openConnection } from './connection.ts';
import { AnswerReader } from './http-answer.ts';
import type { TimedResult, WaitsJob } from './jobs.ts';
import { Histogram } from './latencies.ts';

/** How long the last answers may take, in ms. */
const patienceMs = 5_000;

/** Runs a WaitsJob. */
export async function runWaits(job: WaitsJob): Promise<TimedResult> {
  const { address, channel, waiters, everyMs, ms } = job;
  const woken = new Histogram();
  const answered = new Histogram();
  const sender = await Client.open(address);
  const waiting = await Promise.all(Array.from({ length: waiters }, () => Client.open(address)));
  let newest = idIn(await sender.ask(sendRequest(job)));
  let sent = 0;
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const path = `/api/wait?channel=${encodeURIComponent(channel)}&since_id=${newest}`;
    const waits = waiting.map((client) => client.ask(requestText(address, 'GET', path)));
    await sleep(everyMs);
    const sentAt = performance.now();
    const timed = waits.map(async (wait) => {
      if (!(await wait).includes('"timed_out":false')) throw new Error(`a wait ended: ${await wait}`);
      woken.record(performance.now() - sentAt);
    });
    const answer = await sender.ask(sendRequest(job));
    answered.record(performance.now() - sentAt);
    await Promise.race([Promise.all(timed), sleep(patienceMs)]);
    newest = idIn(answer);
    sent++;
  }
  for (const client of [sender, ...waiting]) client.close();
  return {
    sent,
    expected: sent * waiters,
    arrived: woken.total,
    latency: woken.summary(),
    answerLatency: answered.summary(),
  };
}

function sendRequest({ address, channel }: WaitsJob): string {
  return requestText(address, 'POST', '/api/send', { channel, sender: 'load', content: 'wake up' });
}

function requestText({ host, port }: Address, method: string, path: string, json?: object): string {
  const body = json === undefined ? '' : JSON.stringify(json);
  const type =
    body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${type}\r\n${body}`;
}

function idIn(answer: string): string {
  const id = /"id": ?"([^"]+)"/.exec(answer)?.[1];
  if (id === undefined) throw new Error(`a message was not stored: ${answer}`);
  return id;
}

/** A connection with one request under way at a time. */
class Client {
  #socket: Socket | undefined;
  #onAnswer: (text: string) => void = () => undefined;

  static async open(address: Address): Promise<Client> {
    const client = new Client();
    const reader = new AnswerReader();
    client.#socket = await openConnection(address, (buffer, bytes) => {
      const answer = reader.feed(buffer.toString('latin1', 0, bytes));
      if (answer) client.#onAnswer(answer.text);
    });
    return client;
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve) => {
      this.#onAnswer = resolve;
      this.#socket?.write(request);
    });
  }

  close(): void {
    this.#socket?.destroy();
  }
}
