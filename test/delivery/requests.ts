import type {
  AckResponse,
  ConsumerBody,
  ConsumersResponse,
  ReceiptsResponse,
} from '../../src-shared/api/consumers.ts';
import type { WaitResponse } from '../../src-shared/api/messages.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';
import { get, post, send, state, type Target } from '../support/http-client.ts';

/** An envelope as an agent would send it. */
export const task = { schema_version: 1, type: 'task', content: { do: 'tidy up' } };

/** Sends messages one after the other, with their numbers as contents. */
export async function sendSeveral(target: Target, channel: string, count: number): Promise<SendResponse[]> {
  const sent: SendResponse[] = [];
  for (let n = 1; n <= count; n++) sent.push(await send(target, { channel, content: `${n}` }));
  return sent;
}

/** Sends more than the sockets between two processes hold. Resolves with the last `seq`. */
export async function sendMuch(target: Target, channel: string): Promise<number> {
  const content = 'x'.repeat(131_000);
  const sent = await Promise.all(Array.from({ length: muchCount }, () => send(target, { channel, content })));
  return Math.max(...sent.map(({ seq }) => seq));
}

/** How many messages that are. */
export const muchCount = 120;

export async function ack(
  target: Target,
  body: { channel: string; consumer_id: string; message_id: string; metadata?: object },
): Promise<AckResponse> {
  const answer = await post(target, '/api/ack', body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as AckResponse;
}

export function waitPath(query: Record<string, string>): string {
  return `/api/wait?${new URLSearchParams(query).toString()}`;
}

export async function wait(target: Target, query: Record<string, string>): Promise<WaitResponse> {
  const answer = await get(target, waitPath(query));
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as WaitResponse;
}

export async function consumers(target: Target, query: Record<string, string> = {}): Promise<ConsumerBody[]> {
  const answer = await get(target, `/api/consumers?${new URLSearchParams(query).toString()}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body as ConsumersResponse).consumers;
}

export async function receipts(target: Target, id: string): Promise<ReceiptsResponse['receipts']> {
  const answer = await get(target, `/api/messages/${encodeURIComponent(id)}/receipts`);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.body as ReceiptsResponse).receipts;
}

/** Asks until the answer is as wanted: reads are recorded after the answer has gone out. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
  }
}

export async function untilWaiting(target: Target, count: number): Promise<void> {
  await until(
    () => state(target),
    ({ waiters }) => waiters === count,
  );
}

/** The state of one consumer, once it has read up to `seq`. */
export async function untilRead(
  target: Target,
  { channel, consumer_id, seq }: { channel: string; consumer_id: string; seq: number },
): Promise<ConsumerBody> {
  const states = await until(
    () => consumers(target, { channel, consumer_id }),
    ([one]) => one !== undefined && one.read_seq >= seq,
  );
  return states[0] as ConsumerBody;
}
