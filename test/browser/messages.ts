import { send, post, type Target } from '../support/http-client.ts';
import type { SendResponse } from '../../src-shared/api/sending.ts';

/** Sends an envelope and expects that it was taken. */
export async function sendEnvelope(
  target: Target,
  { channel, sender = 'alice', ...envelope }: Record<string, unknown> & { channel: string; sender?: string },
): Promise<SendResponse> {
  const message = { schema_version: 1, ...envelope };
  const answer = await post(target, '/api/send', { channel, sender, message });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body as SendResponse;
}

/** Sends `count` messages that say `<words> 1`, `<words> 2`, …, in order, and answers their ids. */
export async function sendMany(
  target: Target,
  {
    channel,
    count,
    words = 'message',
    sender,
  }: { channel: string; count: number; words?: string; sender?: string },
): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const { id } = await send(target, { channel, content: `${words} ${number}`, ...(sender && { sender }) });
    ids.push(id);
  }
  return ids;
}
