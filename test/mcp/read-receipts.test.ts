import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Relay } from '../../src-main/relay/relay.ts';
import { principals } from '../../src-main/security/principal.ts';
import { startBridge, startRelay } from './bridge-over-http.ts';
import { head, openSession, post, start, toolCall, type Headers } from './raw-http.ts';
import { emptyPage, sendDirectly, tester } from './relay-directly.ts';
import { startAgent, transports } from './transports.ts';

/** More than all buffers between two ends of a connection hold. */
const large = { messages: 200, bytes: 131_072 };
const limits = { mcpResultBytes: 1e9 };
const read = { channel: 'x', consumer_id: 'bob', limit: 500 };

test.each(transports)('what was read over %s has a receipt of its reader', async (transport) => {
  const { call, relay } = await startAgent(transport);
  const { id } = await sendDirectly(relay, 'x', 'a');
  await call('bridge_receive', { channel: 'x' });
  expect(await readers(relay, id)).toEqual([]);
  await call('bridge_receive', read);
  await expect.poll(() => readers(relay, id)).toEqual(['bob']);
});

test('what a wait brought counts as read as well', async () => {
  const { call, relay } = await startAgent('mcp');
  const waiting = call('bridge_wait', { channel: 'x', consumer_id: 'bob' });
  await expect.poll(() => relay.waiting).toBe(1);
  const { id } = await sendDirectly(relay, 'x', 'a');
  await waiting;
  await expect.poll(() => readers(relay, id)).toEqual(['bob']);
});

test.each([{}, { before: true }])('what did not fit into the answer was not read: %j', async ({ before }) => {
  const { call, relay } = await startAgent('mcp', { limits: { mcpResultBytes: 8_192 } });
  // A quotation mark takes two bytes in JSON, so the relay hands over more than fits.
  const sent = [];
  for (let i = 0; i < 5; i++) sent.push(await sendDirectly(relay, 'x', '"'.repeat(1_500)));
  const last = await sendDirectly(relay, 'x', 'end');
  const page = await call('bridge_receive', before ? { ...read, before_id: last.id } : read);
  const handedOut = (page.structured['messages'] as { id: string }[]).map(({ id }) => id);
  expect(handedOut.length).toBeLessThan(5);
  const edge = before ? handedOut.at(-1) : handedOut[0];
  await expect.poll(() => readers(relay, edge ?? '')).toEqual(['bob']);
  for (const { id } of sent) {
    expect(await readers(relay, id)).toEqual(handedOut.includes(id) ? ['bob'] : []);
  }
});

describe.each([
  ['as a stream', { Accept: 'text/event-stream' }, undefined],
  ['as JSON', { Accept: 'application/json' }, undefined],
  ['over the older transport', {}, '/sse'],
] as const)('an answer %s', (_what, headers, legacy) => {
  test('is read once all of it was written', async () => {
    const { url, relay, ids } = await startLarge();
    const response = await ask(url, headers, legacy);
    await settled(relay);
    expect(await readers(relay, ids[0])).toEqual([]);
    response.resume();
    await expect.poll(() => readers(relay, ids.at(-1)), { timeout: 10_000 }).toEqual(['bob']);
    expect(await readers(relay, ids[0])).toEqual(['bob']);
    response.destroy();
  });

  test.each(['client', 'network'])('is not read when the %s ends it half-way', async (who) => {
    const { url, relay, ids, connections, dropConnections } = await startLarge();
    const response = await ask(url, headers, legacy);
    response.on('error', () => undefined);
    if (who === 'client') response.destroy();
    else dropConnections();
    await expect.poll(connections).toBe(0);
    await settled(relay);
    expect(await readers(relay, ids[0])).toEqual([]);
  });
});

describe('an answer on standard output', () => {
  test('is read once it was written, and not before', async () => {
    const { relay, id, output, input, served } = await startStdio();
    await once(output, 'readable');
    await settled(relay);
    expect(await readers(relay, id)).toEqual([]);
    input.end();
    expect(await text(output.on('end', () => undefined).pipe(untilLine()))).toContain('━━ [1]');
    await expect.poll(() => readers(relay, id)).toEqual(['bob']);
    await served;
  });

  test('is not read when nobody takes it', async () => {
    const { relay, id, output, served } = await startStdio();
    await once(output, 'readable');
    output.destroy();
    await served;
    await settled(relay);
    expect(await readers(relay, id)).toEqual([]);
  });
});

test.each(['text/event-stream', 'application/json'])(
  'an answer that comes after its call was cancelled is not read (%s)',
  async (accept) => {
    const relay = startRelay();
    let delivered = 0;
    let answer = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      relay.receive = ({ channel }) => {
        resolve();
        return new Promise((answered) => {
          answer = () => answered({ ...emptyPage(channel), delivered: () => delivered++ });
        });
      };
    });
    const { url } = await startBridge({ relay });
    const session: Headers = { ...(await openSession(url)), Accept: accept };
    const calling = post(url, toolCall('bridge_receive', read, 7), session);
    await reached;
    await post(url, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, session);
    answer();
    await calling;
    await post(url, toolCall('bridge_ping'), session);
    expect(delivered).toBe(0);
  },
);

async function readers(relay: Relay, id: string | undefined): Promise<string[]> {
  const { receipts } = await relay.consumers.receipts(id ?? '', tester);
  return receipts.filter(({ read_at }) => read_at !== null).map(({ consumer_id }) => consumer_id);
}

/** Resolves when every write that the relay was asked for until now is done. */
async function settled(relay: Relay): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await sendDirectly(relay, 'behind', 'the last');
}

async function startLarge() {
  const bridge = await startBridge({ limits });
  const ids: string[] = [];
  for (let i = 0; i < large.messages; i++) {
    ids.push((await sendDirectly(bridge.relay, 'x', 'c'.repeat(large.bytes))).id);
  }
  return { ...bridge, ids };
}

/** Asks for all of it and takes the beginning of the answer. */
async function ask(url: URL, headers: Headers, legacy: string | undefined): Promise<IncomingMessage> {
  const call = toolCall('bridge_receive', read);
  if (legacy === undefined) {
    const response = await head(start(url, 'POST', { ...(await openSession(url)), ...headers }, call));
    await once(response, 'readable');
    return response;
  }
  const stream = await head(start(new URL(legacy, url), 'GET'));
  const [first] = (await once(stream, 'data')) as [Buffer];
  stream.pause();
  const endpoint = /data: (.*)\r/.exec(first.toString())?.[1] ?? '';
  await post(new URL(endpoint, url), call, { Connection: 'close' });
  await once(stream, 'readable');
  return stream;
}

async function startStdio() {
  const { relay, mcp } = await startBridge();
  const { id } = await sendDirectly(relay, 'x', 'c'.repeat(10_000));
  const [input, output] = [new PassThrough(), new PassThrough({ highWaterMark: 1024 })];
  const served = mcp.serveStdio({ input, output, principal: principals.process });
  input.write(`${JSON.stringify(toolCall('bridge_receive', read))}\n`);
  return { relay, id, input, output, served };
}

/** Ends behind the first line. */
function untilLine(): PassThrough {
  const line = new PassThrough();
  line.on('data', (chunk: Buffer) => {
    if (chunk.includes(10)) line.end();
  });
  return line;
}
