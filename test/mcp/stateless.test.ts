import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startBridge, startRelay } from './bridge-over-http.ts';
import { bothForms, head, initialize, post, rpc, send, start, toolCall } from './raw-http.ts';
import { connectHttp } from './sdk-client.ts';

const ping = toolCall('bridge_ping');

test('every POST stands alone, without initialize and without a session', async () => {
  const { url, mcp } = await startBridge({ stateless: true });
  const { status, headers, json } = await post(url, ping);
  expect(status).toBe(200);
  expect(headers['mcp-session-id']).toBeUndefined();
  expect(json.result).toMatchObject({ structuredContent: { service: 'claude-bridge', client: null } });
  expect(mcp.sessions()).toBe(0);
});

test('a session id that a client brings along is not looked at', async () => {
  const { url } = await startBridge({ stateless: true });
  expect((await post(url, ping, { ...bothForms, 'Mcp-Session-Id': 'from-before' })).status).toBe(200);
});

test('initialize is answered, and no session made', async () => {
  const { url, mcp } = await startBridge({ stateless: true });
  const { status, headers, json } = await post(url, initialize);
  expect([status, headers['mcp-session-id']]).toEqual([200, undefined]);
  expect(json.result).toMatchObject({ serverInfo: { name: 'claude-bridge' } });
  expect(mcp.sessions()).toBe(0);
});

test('serves the official client', async () => {
  const { url } = await startBridge({ stateless: true });
  const { call } = await connectHttp(url);
  await call('bridge_send', { channel: 'x', sender: 'alice', content: 'c' });
  expect((await call('bridge_channels')).structured).toMatchObject({ total_messages: 1 });
});

test('GET opens a stream that takes a place among the sessions, DELETE is 405', async () => {
  const { url, mcp } = await startBridge({ stateless: true, limits: { maxMcpSessions: 1 } });
  const stream = await head(start(url, 'GET', bothForms));
  expect([stream.statusCode, mcp.sessions()]).toEqual([200, 1]);
  expect((await send(url, 'GET', bothForms)).status).toBe(503);
  stream.destroy();
  await expect.poll(() => mcp.sessions()).toBe(0);
  const { status, headers } = await send(url, 'DELETE');
  expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
});

test('the same requests are refused as with sessions', async () => {
  const { url } = await startBridge({ stateless: true });
  expect((await post(url, [ping])).status).toBe(400);
  expect((await post(url, ping, { Accept: 'text/html' })).status).toBe(406);
  expect((await post(url, ping, { ...bothForms, 'MCP-Protocol-Version': '1999-01-01' })).status).toBe(400);
  expect((await post(url, rpc('server/discover'))).json.error?.code).toBe(-32601);
  expect((await post(url, rpc('no/such'))).json.error?.code).toBe(-32601);
  expect((await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
});

test('a call that is under way when the relay stops does not keep it', async () => {
  const relay = startRelay();
  const reached = new Promise<void>((resolve) => {
    relay.receive = () => {
      resolve();
      return new Promise(() => undefined);
    };
  });
  const { url, mcp } = await startBridge({ relay, stateless: true });
  const calling = start(url, 'POST', bothForms, toolCall('bridge_receive', { channel: 'x' }));
  const answered = head(calling);
  await reached;
  await mcp.close();
  const [chunk] = (await once(await answered, 'data')) as [Buffer];
  expect(chunk.toString()).toContain('the session has ended');
});
