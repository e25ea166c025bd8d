import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { EventSubscription } from '../../../src-shared/client/event-subscription.ts';
import { lookMs, type Examination } from './examination.ts';
import { connectMcp } from './mcp-checks.ts';

/** Always the same, so that nothing piles up. */
const name = 'claude-bridge-doctor';
const usualChannel = 'claude-bridge:doctor';

/** What has worked so far, in words. */
export interface Step {
  name: 'sent' | 'seen' | 'read' | 'acknowledged';
  says: string;
}

/**
 * The channel on which a credential may try sending and reading without disturbing anybody; undefined if there is none,
 * because a right is missing or holds on channels of others only.
 */
export function trialChannel({ who }: Pick<Examination, 'who'>): string | undefined {
  const { rights = [], channels = {} } = who?.principal ?? {};
  if (!rights.includes('send') || !rights.includes('read')) return undefined;
  const { send, read } = channels;
  if (!send && !read) return usualChannel;
  const open = (send ?? read ?? []).find(
    (pattern) => pattern.endsWith('*') && (!send || !read || read.includes(pattern)),
  );
  return open === undefined ? undefined : open.slice(0, -1) + name;
}

/**
 * One message all the way: sent by a tool, seen on a stream, read and acknowledged by a tool. Hands out each step that
 * has worked, and leaves no trace where the credential allows that.
 * @throws Error with a sentence about the first step that did not work
 */
export async function* roundTrip(examination: Examination, channel: string): AsyncGenerator<Step, void> {
  const opening = Promise.withResolvers<unknown>();
  const stream = new EventSubscription(examination.target, {
    channels: [channel],
    // Open, or it cannot be opened: then its first event never comes.
    onState: ({ kind }) => kind !== 'connecting' && opening.resolve(kind),
  });
  const late = setTimeout(() => stream.close(), lookMs);
  const events = stream[Symbol.asyncIterator]();
  const reader = { channel, consumer_id: name };
  let client: Client | undefined;
  try {
    client = await connectMcp('/mcp', examination);
    // Asking for the first event opens the stream.
    const first = events.next();
    await opening.promise;
    const began = performance.now();
    const sent = await callTool(client, 'bridge_send', { channel, sender: name, content: 'a trial' });
    const id = String(sent['id']);
    yield { name: 'sent', says: `a message was sent on ${channel}` };
    if (!(await comes(id, first, events))) {
      throw new Error('the message was stored, but its event did not come over the stream in time');
    }
    const ms = Math.round(performance.now() - began);
    yield { name: 'seen', says: `a message was seen ${ms} ms after it was sent` };
    const { messages } = await callTool(client, 'bridge_receive', { ...reader, limit: 500 });
    const found = Array.isArray(messages) && messages.some((message: { id?: unknown }) => message.id === id);
    if (!found) throw new Error('the message was sent, but reading did not bring it back');
    yield { name: 'read', says: 'it was read' };
    await callTool(client, 'bridge_ack', { ...reader, message_id: id });
    yield { name: 'acknowledged', says: `sent, read and acknowledged on ${channel}` };
  } finally {
    clearTimeout(late);
    stream.close();
    await events.return(undefined);
    await client?.close();
    await tidyUp(examination, channel);
  }
}

type Events = ReturnType<EventSubscription[typeof Symbol.asyncIterator]>;

/** Whether the event of this message comes before the stream ends. */
async function comes(id: string, first: ReturnType<Events['next']>, events: Events): Promise<boolean> {
  for (let next = await first; next.done !== true; next = await events.next()) {
    if (next.value.type === 'message' && next.value.message.id === id) return true;
  }
  return false;
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

async function tidyUp(examination: Examination, channel: string): Promise<void> {
  const { client } = examination;
  try {
    if (examination.may('clear')) await client.clear(channel);
    if (examination.may('admin')) await client.deleteConsumer({ channel, consumer_id: name });
  } catch {
    // What stays is one small channel, which the next trial uses again.
  }
}
