import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { EventSubscription } from '../../../src-shared/client/event-subscription.ts';
import { connectMcp } from './mcp-checks.ts';
import { lookMs, reason, type Check, type Examination } from './examination.ts';
import { ok, problem, skipped, type Finding } from './finding.ts';

/** Always the same, so that nothing piles up. */
const channel = 'claude-bridge:doctor';
const name = 'claude-bridge-doctor';

/** One message all the way: sent by a tool, seen on a stream, read and acknowledged by a tool. */
export const roundTripCheck: Check = async (examination) => {
  if (!examination.may('send') || !examination.may('read')) {
    return [skipped('round trip', 'it takes the rights to send and to read')];
  }
  const opening = Promise.withResolvers<unknown>();
  const stream = new EventSubscription(examination.target, {
    channels: [channel],
    // Open, or it cannot be opened: then its first event never comes.
    onState: ({ kind }) => kind !== 'connecting' && opening.resolve(kind),
  });
  const findings: Finding[] = [];
  let client: Client | undefined;
  try {
    client = await connectMcp('/mcp', examination);
    const { id, seenMs } = await sendAndSee(client, stream, opening.promise);
    findings.push(ok('stream', `a message was seen ${seenMs} ms after it was sent`));
    await readAndAck(client, id);
    findings.push(ok('round trip', `sent, read and acknowledged on ${channel}`));
  } catch (error) {
    const next = 'the log of the relay says more; a proxy in between may hold streams back';
    findings.push(problem('round trip', 'unreachable', reason(error), next));
  } finally {
    stream.close();
    await client?.close();
    await tidyUp(examination);
  }
  return findings;
};

async function sendAndSee(
  client: Client,
  stream: EventSubscription,
  opened: Promise<unknown>,
): Promise<{ id: string; seenMs: number }> {
  const late = setTimeout(() => stream.close(), lookMs);
  const events = stream[Symbol.asyncIterator]();
  // Asking for the first event opens the stream.
  const first = events.next();
  await opened;
  const began = performance.now();
  const sent = await callTool(client, 'bridge_send', {
    channel,
    sender: name,
    content: 'doctor: round trip',
  });
  const id = String(sent['id']);
  try {
    for (let next = await first; next.done !== true; next = await events.next()) {
      if (next.value.type !== 'message' || next.value.message.id !== id) continue;
      return { id, seenMs: Math.round(performance.now() - began) };
    }
  } finally {
    clearTimeout(late);
    await events.return(undefined);
  }
  throw new Error('the message was stored, but its event did not come over the stream in time');
}

async function readAndAck(client: Client, id: string): Promise<void> {
  const reader = { channel, consumer_id: name };
  const { messages } = await callTool(client, 'bridge_receive', { ...reader, limit: 500 });
  const found = Array.isArray(messages) && messages.some((message: { id?: unknown }) => message.id === id);
  if (!found) throw new Error('the message was sent, but reading did not bring it back');
  await callTool(client, 'bridge_ack', { ...reader, message_id: id });
}

async function callTool(
  client: Client,
  tool: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const result = await client.callTool({ name: tool, arguments: input }, undefined, { timeout: lookMs });
  const structured = (result.structuredContent ?? {}) as Record<string, unknown>;
  if (result.isError === true) throw new Error(`${tool} refused: ${String(structured['message'])}`);
  return structured;
}

/** Leaves no trace where the credential allows that. */
async function tidyUp(examination: Examination): Promise<void> {
  const { client } = examination;
  try {
    if (examination.may('clear')) await client.clear(channel);
    if (examination.may('admin')) await client.deleteConsumer({ channel, consumer_id: name });
  } catch {
    // What stays is one small channel, which the next examination uses again.
  }
}
