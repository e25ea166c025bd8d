import { setTimeout as sleep } from 'node:timers/promises';
import type { SiblingJob, TimedResult } from './jobs.ts';
import { Histogram } from './latencies.ts';
import { StdioProcess } from './stdio-process.ts';
import { openStream } from './stream.ts';

/** How long an event may take to arrive before it counts as lost, in ms. */
const patienceMs = 2_000;

/** Discarded before the first message: the process has only just started, and so has the stream. */
const warmupMessages = 5;

/** Runs a SiblingJob. */
export async function runSibling(job: SiblingJob): Promise<TimedResult> {
  const { address, sibling, stream, channel, everyMs, messages } = job;
  await using writer = await StdioProcess.start(sibling);
  const arrived = new Histogram();
  const answered = new Histogram();
  let text = '';
  let onText: () => void = () => undefined;
  const socket = await openStream(address, stream, (buffer, bytes) => {
    text = (text + buffer.toString('latin1', 0, bytes)).slice(-8_192);
    onText();
  });
  for (let number = -warmupMessages; number < messages; number++) {
    const counts = number >= 0;
    const content = `from beside ${number};`;
    const here = new Promise<void>((resolve) => {
      onText = () => {
        if (text.includes(content)) resolve();
      };
    });
    const sentAt = performance.now();
    const seen = here.then(() => {
      if (counts) arrived.record(performance.now() - sentAt);
    });
    await writer.send({ channel, sender: 'sibling', content });
    if (counts) answered.record(performance.now() - sentAt);
    await Promise.race([seen, sleep(patienceMs)]);
    await sleep(everyMs);
  }
  socket.destroy();
  return {
    sent: messages,
    expected: messages,
    arrived: arrived.total,
    latency: arrived.summary(),
    answerLatency: answered.summary(),
  };
}
