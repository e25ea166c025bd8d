import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { securityHeaders, startBridge } from './bridge-over-http.ts';
import { bothForms, head, initialize, openSession, post, rpc, send, start, toolCall } from './raw-http.ts';
import { sendDirectly } from './relay-directly.ts';
import { connectHttp } from './sdk-client.ts';

const ping = toolCall('bridge_ping');

describe('a session', () => {
  test('carries the official client through its whole life', async () => {
    const { url, mcp } = await startBridge();
    const { client, call } = await connectHttp(url);
    expect(mcp.sessions()).toBe(1);
    const sent = await call('bridge_send', { channel: 'x', sender: 'alice', content: 'hello' });
    const { structured } = await call('bridge_receive', { channel: 'x' });
    expect(structured['messages']).toMatchObject([{ id: sent.structured['id'], content: 'hello' }]);
    await client.close();
  });

  test('starts with initialize and gives its id as 32 hexadecimal digits', async () => {
    const { url } = await startBridge();
    const { status, headers, json } = await post(url, initialize);
    expect(status).toBe(200);
    expect(headers['mcp-session-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(json).toMatchObject({ id: 0, result: { protocolVersion: '2025-06-18' } });
  });

  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'speaks %s',
    async (protocolVersion) => {
      const { url } = await startBridge();
      const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
      const { json } = await post(url, rpc('initialize', params));
      expect(json.result).toMatchObject({ protocolVersion });
    },
  );

  test('ends with DELETE, after which it is unknown', async () => {
    const { url, mcp } = await startBridge();
    const session = await openSession(url);
    expect((await send(url, 'DELETE', session)).status).toBe(200);
    expect(mcp.sessions()).toBe(0);
    expect((await post(url, ping, session)).status).toBe(404);
    expect((await send(url, 'DELETE', session)).status).toBe(404);
  });

  test('is not started a second time', async () => {
    const { url, mcp } = await startBridge();
    const session = await openSession(url);
    const { status, json } = await post(url, initialize, session);
    expect([status, json.id, json.error?.code]).toEqual([400, 0, -32600]);
    expect(mcp.sessions()).toBe(1);
  });

  test('takes notifications with 202 and no body', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const answer = await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
    expect([answer.status, answer.text]).toEqual([202, '']);
  });

  test('answers two calls with the same id to the POST that each came with', async () => {
    const { url, relay } = await startBridge();
    const session = await openSession(url);
    await sendDirectly(relay, 'x', 'c');
    const answers = await Promise.all([
      post(url, toolCall('bridge_receive', { channel: 'x' }, 'same'), session),
      post(url, toolCall('bridge_channels', {}, 'same'), session),
      post(url, toolCall('bridge_ping', {}, 0), session),
    ]);
    expect(answers.map(({ json }) => json.id)).toEqual(['same', 'same', 0]);
    const texts = answers.map(({ json }) => JSON.stringify(json.result));
    expect(texts[0]).toContain('━━ [1]');
    expect(texts[1]).toContain('Active channels');
    expect(texts[2]).toContain('online');
  });
});

describe('the form of an answer', () => {
  const asStream = /^text\/event-stream/;
  const asJson = /^application\/json/;

  test.each([
    ['application/json, text/event-stream', asStream],
    ['text/event-stream', asStream],
    ['text/*', asStream],
    ['Text/Event-Stream;q=0.1, application/json', asStream],
    ['application/json', asJson],
    ['application/*', asJson],
    ['*/*', asJson],
    ['text/event-stream;q=0, */*', asJson],
  ])('for Accept: %s', async (accept, form) => {
    const { url } = await startBridge();
    const session = { ...(await openSession(url)), Accept: accept };
    const { status, headers, json } = await post(url, ping, session);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(form);
    expect(json).toMatchObject({
      jsonrpc: '2.0',
      id: 1,
      result: { structuredContent: { service: 'claude-bridge' } },
    });
  });

  test('is JSON without an Accept header, also for initialize', async () => {
    const { url } = await startBridge();
    const { status, headers, json } = await post(url, initialize, {});
    expect([status, headers['content-type'], json.id]).toEqual([200, 'application/json', 0]);
    expect(headers['mcp-session-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('is refused with 406 if the client takes neither', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    for (const accept of ['text/html', 'application/json;q=0']) {
      expect((await post(url, ping, { ...session, Accept: accept })).status).toBe(406);
    }
  });

  test('keeps line separators out of event streams, where some clients take them for ends of lines', async () => {
    const { url, relay } = await startBridge();
    const session = await openSession(url);
    const content = 'a\u2028b\u2029c\u0085d';
    await sendDirectly(relay, 'x', content);
    const { text, json } = await post(url, toolCall('bridge_receive', { channel: 'x' }), session);
    expect(text).not.toMatch(/[\u0085\u2028\u2029]/);
    expect(json.result).toMatchObject({ structuredContent: { messages: [{ content }] } });
  });
});

describe('a request that cannot be served', () => {
  test('an unknown session is 404 before anything else is looked at', async () => {
    const { url } = await startBridge();
    const gone = { 'Mcp-Session-Id': '0'.repeat(32) };
    for (const [method, body] of [
      ['POST', ping],
      ['POST', 'not even json-rpc'],
      ['POST', initialize],
      ['GET', undefined],
      ['DELETE', undefined],
    ] as const) {
      const { status, json } = await send(url, method, gone, body);
      expect([status, json.error?.data?.code]).toEqual([404, 'not_found']);
    }
  });

  test('only initialize opens a session: nothing else that is refused leaves one behind', async () => {
    const { url, mcp } = await startBridge();
    expect((await post(url, ping)).status).toBe(400);
    expect((await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(400);
    expect((await send(url, 'GET', bothForms)).status).toBe(400);
    expect((await send(url, 'DELETE')).status).toBe(400);
    expect((await send(url, 'PUT')).status).toBe(405);
    expect((await post(url, rpc('initialize', { capabilities: {} }))).json.error?.code).toBe(-32602);
    expect(mcp.sessions()).toBe(0);
  });

  test.each(['HEAD', 'PUT', 'PATCH', 'OPTIONS'])('%s is 405 and says what is allowed', async (method) => {
    const { url } = await startBridge();
    const { status, headers } = await send(url, method);
    expect([status, headers['allow']]).toEqual([405, 'GET, POST, DELETE']);
  });

  test('the probe of newer clients is answered at once: method not found', async () => {
    const { url } = await startBridge();
    const headers = { ...bothForms, 'MCP-Protocol-Version': '2026-07-28' };
    const { status, json } = await post(url, rpc('server/discover', {}, 'probe-1'), headers);
    expect([status, json.id, json.error?.code]).toEqual([400, 'probe-1', -32601]);
  });

  test.each([
    ['no body', undefined, -32700, null],
    ['a batch', [ping], -32600, null],
    ['an array of nothing', [], -32600, null],
    ['a number', 5, -32600, null],
    ['null', null, -32600, null],
    ['an object that is no message', { id: 7 }, -32600, 7],
    ['a wrong version', { jsonrpc: '1.0', id: 'a', method: 'ping' }, -32600, 'a'],
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }, -32600, null],
  ])('%s is 400 as JSON-RPC', async (_what, body, code, id) => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const { status, headers, json } = await post(url, body, session);
    expect([status, headers['content-type']]).toEqual([400, 'application/json']);
    expect(json).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
  });

  test('a protocol version that nobody speaks is 400, none is fine', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const wrong = await post(url, ping, { ...session, 'MCP-Protocol-Version': '1999-01-01' });
    expect([wrong.status, wrong.json.error?.data?.code]).toEqual([400, 'invalid_value']);
    expect((await post(url, ping, { ...session, 'MCP-Protocol-Version': '2025-03-26' })).status).toBe(200);
    expect((await post(url, ping, session)).status).toBe(200);
  });

  test('an unexpected failure is 500 in JSON, logged and not shown', async () => {
    const { url, limits, logged } = await startBridge();
    Object.defineProperty(limits, 'maxMcpSessions', {
      get: () => {
        throw new Error('a secret in a stack trace');
      },
    });
    const { status, text, json } = await post(url, initialize);
    expect([status, json.error?.data?.code]).toEqual([500, 'internal_error']);
    expect(text).not.toContain('secret');
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

describe('the stream of a session', () => {
  test('opens with GET, stays open with comments, and counts as one per session', async () => {
    const { url } = await startBridge({ keepAliveMs: 20 });
    const session = await openSession(url);
    const stream = await head(start(url, 'GET', session));
    expect([stream.statusCode, stream.headers['content-type']]).toEqual([200, 'text/event-stream']);
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^: /);

    expect((await send(url, 'GET', session)).status).toBe(409);
  });

  test('can be opened again after it broke', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    (await head(start(url, 'GET', session))).destroy();
    await expect
      .poll(async () => {
        const stream = await head(start(url, 'GET', session));
        stream.destroy();
        return stream.statusCode;
      })
      .toBe(200);
  });

  test('needs a client that asks for a stream by name', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    for (const accept of ['application/json', '*/*']) {
      expect((await send(url, 'GET', { ...session, Accept: accept })).status).toBe(406);
    }
  });

  test('ends when its session does', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const stream = await head(start(url, 'GET', session));
    const ended = once(stream.resume(), 'end');
    await send(url, 'DELETE', session);
    await ended;
  });
});

test('every response carries the security headers, also streams and errors', async () => {
  const { url } = await startBridge();
  const session = await openSession(url);
  const stream = await head(start(url, 'GET', session));
  const responses = [
    stream,
    await post(url, initialize),
    await post(url, ping, session),
    await post(url, ping, { ...session, Accept: 'application/json' }),
    await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session),
    await post(url, []),
    await send(url, 'PUT'),
    await send(url, 'DELETE', session),
    await head(start(new URL('/sse', url), 'GET')),
    await send(new URL('/messages/', url), 'POST', {}, ping),
  ];
  for (const { headers } of responses) {
    expect(headers['x-content-type-options']).toBe(securityHeaders['X-Content-Type-Options']);
    expect(headers['cache-control']).toContain('no-store');
  }
});

test('each call has the rights of its own credential, not of the one that opened the session', async () => {
  const { url } = await startBridge();
  const writing = await openSession(url);
  const reading = await openSession(url, { Authorization: 'reader' });
  const write = toolCall('bridge_send', { channel: 'x', sender: 'alice', content: 'c' });
  const outcome = async (headers: Record<string, string>) => (await post(url, write, headers)).json.result;

  expect(await outcome(writing)).toMatchObject({ structuredContent: { seq: 1 } });
  expect(await outcome(reading)).toMatchObject({
    isError: true,
    structuredContent: { code: 'missing_right' },
  });
  // The reader in the session of the writer, and the other way round.
  expect(await outcome({ ...writing, Authorization: 'reader' })).toMatchObject({ isError: true });
  const { Authorization: _left, ...borrowed } = reading;
  expect(await outcome(borrowed)).toMatchObject({ structuredContent: { seq: 2 } });
});
