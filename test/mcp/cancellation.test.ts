import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HttpExchange } from '../../src-main/mcp/http-exchange.ts';
import { createServer as createMcpServer } from '../../src-main/mcp/server.ts';
import { StreamedAnswer } from '../../src-main/mcp/post-answer.ts';
import { SessionTransport } from '../../src-main/mcp/session-transport.ts';
import { principals } from '../../src-main/security/principal.ts';
import { startBridge, startRelay } from './bridge-over-http.ts';
import { head, openSession, post, start, toolCall, type Headers } from './raw-http.ts';
import { sendDirectly } from './relay-directly.ts';

describe('a call that is cancelled', () => {
  test.each([0, 7, 'text'])('by its id %j aborts its handler and gets no answer', async (id) => {
    const { transport, outlet, outcomes, started, aborted } = await startWaiting();
    transport.receive(toolCall('wait', {}, id) as JSONRPCMessage, undefined, outlet);
    transport.receive(toolCall('wait', {}, 'another') as JSONRPCMessage, undefined, outlet);
    await started(2);
    expect(transport.pending).toBe(2);
    transport.receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } });
    await aborted();
    expect(outcomes).toEqual(['dropped']);
    expect(transport.pending).toBe(1);
  });

  test('by its transport aborts its handler, and only its own', async () => {
    const { transport, outlet, outcomes, started, aborted } = await startWaiting();
    transport.receive(toolCall('wait', {}, 1) as JSONRPCMessage, undefined, outlet);
    const cancel = transport.receive(toolCall('wait', {}, 1) as JSONRPCMessage, undefined, outlet);
    await started(2);
    cancel();
    cancel();
    await aborted();
    expect(outcomes).toEqual(['dropped']);
    expect(transport.pending).toBe(1);
  });

  test('because the session ends is answered with an error, and its handler aborted', async () => {
    const { transport, outlet, outcomes, started, aborted } = await startWaiting();
    transport.receive(toolCall('wait', {}, 'mine') as JSONRPCMessage, undefined, outlet);
    await started(1);
    await transport.close();
    await aborted();
    expect(outcomes).toMatchObject([{ id: 'mine', error: { code: -32000 } }]);
    await transport.idle();
  });

  test.each([
    ['text/event-stream', ''],
    ['application/json', 'was cancelled'],
  ])('over HTTP ends its response at once (%s)', async (accept, says) => {
    const relay = startRelay();
    const reached = new Promise<void>((resolve) => {
      relay.receive = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const { url } = await startBridge({ relay });
    const session: Headers = { ...(await openSession(url)), Accept: accept };
    const waiting = post(url, toolCall('bridge_receive', { channel: 'x' }, 0), session);
    await reached;
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 0 } };
    expect((await post(url, cancel, session)).status).toBe(202);
    expect((await waiting).text).toContain(says);
    expect((await waiting).text === '').toBe(says === '');
  });
});

test('a call that is cancelled before it began does nothing', async () => {
  const relay = startRelay();
  const transport = new SessionTransport();
  const log = { debug: () => undefined, error: () => undefined };
  const limits = { maxMcpSessions: 1, mcpSessionIdleSeconds: 60, mcpResultBytes: 4096 };
  const times = { progressMs: 1_000, stopping: new AbortController().signal };
  const parts = { relay, version: '1', limits: () => limits, log, ...times };
  const caller = { principal: principals.process, transport: 'stdio' } as const;
  await createMcpServer(parts, transport, caller).connect(transport);
  const input = { channel: 'x', sender: 'alice', content: 'c' };
  transport.receive(toolCall('bridge_send', input) as JSONRPCMessage)();
  await new Promise((resolve) => setImmediate(resolve));
  // The first message that was ever stored is ours.
  expect(await sendDirectly(relay, 'x', 'c')).toMatchObject({ seq: 1 });
});

describe('a call that takes long', () => {
  test('gets the head of its response before the answer, and comments while it waits', async () => {
    const relay = startRelay();
    relay.receive = () => new Promise(() => undefined);
    const { url } = await startBridge({ relay, keepAliveMs: 20 });
    const session = await openSession(url);
    const response = await head(start(url, 'POST', session, toolCall('bridge_receive', { channel: 'x' })));
    expect(response.headers['content-type']).toBe('text/event-stream');
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^: /);
    response.destroy();
  });

  test('can say something before it answers', async () => {
    const url = await serve((res) => {
      const context = { principal: principals.process, address: '', extraHeaders: {} };
      const exchange = new HttpExchange(res, context, 'mcp');
      const answer = new StreamedAnswer(exchange, {}, 15_000);
      answer.notify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
      answer.answer({ jsonrpc: '2.0', id: 1, result: {} });
    });
    const text = await (await fetch(url)).text();
    const events = text.split('\r\n\r\n').filter((event) => event !== '');
    expect(events.map((event) => event.split('\r\n')[0])).toEqual(['event: message', 'event: message']);
    expect(events[0]).toContain('notifications/progress');
    expect(events[1]).toContain('"result":{}');
  });
});

/** A server whose only tool waits until its signal is aborted, and what came out of its calls. */
async function startWaiting() {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the room uses the low-level server, too
  const server = new Server({ name: 'waiting', version: '1' }, { capabilities: { tools: {} } });
  let calls = 0;
  let aborts = 0;
  server.setRequestHandler(
    CallToolRequestSchema,
    (_request, { signal }) =>
      new Promise((resolve) => {
        calls++;
        signal.addEventListener('abort', () => {
          aborts++;
          resolve({ content: [] });
        });
      }),
  );
  const transport = new SessionTransport();
  await server.connect(transport);
  const outcomes: unknown[] = [];
  return {
    transport,
    outcomes,
    outlet: {
      answer: (message: unknown) => void outcomes.push(message),
      notify: (message: unknown) => void outcomes.push(message),
      drop: () => void outcomes.push('dropped'),
    },
    started: (count: number) => expect.poll(() => calls).toBe(count),
    aborted: () => expect.poll(() => aborts).toBe(1),
  };
}

async function serve(handle: (res: ServerResponse) => void): Promise<string> {
  const server = createServer((_req, res) => handle(res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
