import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { describe, expect, test } from 'vitest';
import { startBridge, startRelay } from './bridge-over-http.ts';
import { head, initialize, openSession, post, rpc, send, start, toolCall } from './raw-http.ts';
import { connect } from './sdk-client.ts';

describe('the stream', () => {
  test('carries the official client of this transport', async () => {
    const { url, mcp } = await startBridge();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the transport under test
    const { client, call } = await connect(new SSEClientTransport(new URL('/sse', url)));
    await call('bridge_send', { channel: 'x', sender: 'alice', content: 'hello' });
    const { structured } = await call('bridge_receive', { channel: 'x' });
    expect(structured['messages']).toMatchObject([{ content: 'hello' }]);
    expect(mcp.sessions()).toBe(1);
    await client.close();
    await expect.poll(() => mcp.sessions()).toBe(0);
  });

  test('begins with the relative address to post to', async () => {
    const { url } = await startBridge();
    const stream = await open(url);
    expect(stream.head.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
    });
    expect(await stream.event()).toMatch(/^event: endpoint\r\ndata: \/messages\/\?session_id=[0-9a-f]{32}$/);
  });

  test('carries the answers to what is posted, in the same tokens as every transport', async () => {
    const { url } = await startBridge();
    const { endpoint, event } = await openEndpoint(url);
    const accepted = await post(endpoint, initialize, {});
    expect([accepted.status, accepted.text]).toEqual([202, 'Accepted']);
    expect(accepted.headers['content-type']).toMatch(/^text\/plain/);
    expect(await event()).toMatch(/^event: message\r\ndata: \{.*"serverInfo".*"id":0\}$/);

    await post(endpoint, rpc('no/such', {}, 'q'), {});
    expect(await event()).toMatch(/^event: message\r\ndata: \{.*"id":"q".*-32601.*\}$/);
  });

  test('is kept alive by comments', async () => {
    const { url } = await startBridge({ keepAliveMs: 20 });
    const { event } = await openEndpoint(url);
    expect(await event()).toMatch(/^: /);
  });

  test('takes its session with it when it ends, also while a call is under way', async () => {
    const relay = startRelay();
    const reached = new Promise<void>((resolve) => {
      relay.receive = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const { url, mcp, logged } = await startBridge({ relay });
    const { endpoint, stream } = await openEndpoint(url);
    await post(endpoint, toolCall('bridge_receive', { channel: 'x' }), {});
    await reached;
    stream.destroy();
    await expect.poll(() => mcp.sessions()).toBe(0);
    expect((await post(endpoint, initialize, {})).status).toBe(404);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('HEAD answers the headers and opens no session', async () => {
    const { url, mcp } = await startBridge();
    const { status, headers, text } = await send(new URL('/sse', url), 'HEAD');
    expect([status, headers['content-type'], text]).toEqual([200, 'text/event-stream', '']);
    expect(mcp.sessions()).toBe(0);
  });
});

describe('a post', () => {
  test.each([
    ['without a session id', '', 400, 'required'],
    ['with an empty session id', '?session_id=', 400, 'required'],
    ['with a malformed session id', '?session_id=nonsense', 400, 'invalid_format'],
    ['to an unknown session', `?session_id=${'0'.repeat(32)}`, 404, 'not_found'],
  ])('%s is refused', async (_what, query, status, code) => {
    const { url } = await startBridge();
    const answer = await send(new URL(`/messages/${query}`, url), 'POST', {}, initialize);
    expect(answer.status).toBe(status);
    const body = JSON.parse(answer.text) as Record<string, string>;
    expect(body).toEqual({ error: body['message'], code, field: 'session_id', message: body['message'] });
  });

  test.each([undefined, [], 'text', { jsonrpc: '2.0' }, rpc('initialize')])(
    'of %j is refused: no JSON-RPC message',
    async (body) => {
      const { url } = await startBridge();
      const { endpoint } = await openEndpoint(url);
      const answer = await send(endpoint, 'POST', {}, body);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'invalid_request' });
    },
  );

  test('does not reach a session of the other transport', async () => {
    const { url } = await startBridge();
    const session = await openSession(url);
    const foreign = new URL(`/messages/?session_id=${session['Mcp-Session-Id'] ?? ''}`, url);
    expect((await post(foreign, initialize, {})).status).toBe(404);

    const { endpoint } = await openEndpoint(url);
    const id = endpoint.searchParams.get('session_id') ?? '';
    expect((await post(url, toolCall('bridge_ping'), { ...session, 'Mcp-Session-Id': id })).status).toBe(404);
  });

  test('has the rights of its own credential, not of the one that opened the stream', async () => {
    const { url } = await startBridge();
    const { endpoint, event } = await openEndpoint(url);
    const write = toolCall('bridge_send', { channel: 'x', sender: 'alice', content: 'c' });
    await post(endpoint, write, { Authorization: 'reader' });
    expect(await event()).toContain('missing_right');
    await post(endpoint, write, {});
    expect(await event()).toContain('Sent to [x]');
  });
});

/** An open stream, read event by event. */
async function open(url: URL) {
  const response = await head(start(new URL('/sse', url), 'GET'));
  response.setEncoding('utf8');
  return { head: response, stream: response, event: eventsOf(response) };
}

async function openEndpoint(url: URL) {
  const { stream, event } = await open(url);
  const path = /data: (.*)$/.exec(await event())?.[1] ?? '';
  return { stream, event, endpoint: new URL(path, url) };
}

function eventsOf(stream: IncomingMessage): () => Promise<string> {
  let text = '';
  return async () => {
    while (!text.includes('\r\n\r\n')) text += String((await once(stream, 'data'))[0]);
    const end = text.indexOf('\r\n\r\n');
    const event = text.slice(0, end);
    text = text.slice(end + 4);
    return event;
  };
}
