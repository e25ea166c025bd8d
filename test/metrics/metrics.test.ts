import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectError } from '../http/expect-answer.ts';
import { connectHttp } from '../mcp/sdk-client.ts';
import { follow, openEvents } from '../support/event-reader.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { makeToken } from '../tokens/requests.ts';
import { measure } from './page.ts';

/** `GET /metrics` (wire specification 3.17). */

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

describe('the figures', () => {
  test('count sends, what became of them, and the commits that they shared', async () => {
    const before = await measure(relay);
    const keyed = { channel: 'counted', sender: 'atlas', content: 'once', idempotency_key: 'key' };
    for (let count = 0; count < 3; count++) await post(relay, '/api/send', keyed);
    await Promise.all(Array.from({ length: 40 }, () => send(relay, { channel: 'counted' })));
    const after = await measure(relay);
    const grown = (series: string) => after.of(series) - before.of(series);
    expect(grown('claude_bridge_sends_total{result="stored"}')).toBe(41);
    expect(grown('claude_bridge_sends_total{result="deduplicated"}')).toBe(2);
    expect(grown('claude_bridge_commit_writes_sum')).toBeGreaterThanOrEqual(43);
    const commits = grown('claude_bridge_commit_seconds_count');
    expect(commits).toBeGreaterThan(0);
    expect(grown('claude_bridge_commit_writes_count')).toBe(commits);
    expect(grown('claude_bridge_commit_seconds_bucket{le="+Inf"}')).toBe(commits);
    expect(grown('claude_bridge_messages')).toBe(41);
    expect(grown('claude_bridge_channels')).toBe(1);
    expect(after.of('claude_bridge_database_bytes')).toBeGreaterThan(4_000);
    expect(after.of('claude_bridge_database_log_bytes')).toBeGreaterThan(0);
    expect(after.of('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(after.of('claude_bridge_info{version="2.0.0-alpha.1"}')).toBe(1);
  });

  test('count requests by their route and errors by their code, never by what was asked for', async () => {
    const before = await measure(relay);
    const secrets = [
      'a-secret-path',
      'a-secret-channel',
      'a-secret-id',
      'a secret content',
      'a-secret-sender',
    ];
    await get(relay, '/api/a-secret-path');
    await get(relay, '/a-secret-path/index.html');
    await get(relay, '/api/messages/a-secret-id');
    await get(relay, '/api/messages?channel=a-secret-channel');
    await call(relay, 'DELETE', '/api/send');
    await call(relay, 'OPTIONS', '/api/a-secret-path', { headers: { Host: 'a-secret-host.example' } });
    await send(relay, {
      channel: 'a-secret-channel',
      sender: 'a-secret-sender',
      content: 'a secret content',
    });
    await post(relay, '/api/send', { channel: 'a-secret-channel', sender: 'a-secret-sender', content: '' });
    (await follow(relay, 'a-secret-channel')).close();
    const after = await measure(relay);
    const grown = (series: string) => after.of(series) - before.of(series);
    const requests = (method: string, route: string, status: string) =>
      grown(`claude_bridge_http_requests_total{method="${method}",route="${route}",status="${status}"}`);
    expect(requests('GET', '/api/messages/*', '4xx')).toBe(1);
    expect(requests('GET', '/api/messages', '2xx')).toBe(1);
    expect(requests('POST', '/api/send', '2xx')).toBe(1);
    expect(requests('POST', '/api/send', '4xx')).toBe(1);
    expect(requests('GET', '/events/channel/*', '2xx')).toBe(1);
    expect(requests('GET', '/metrics', '2xx')).toBe(1);
    expect(requests('', 'other', '4xx')).toBe(4);
    const errors = (code: string) => grown(`claude_bridge_errors_total{interface="http",code="${code}"}`);
    expect([errors('not_found'), errors('required'), errors('method_not_allowed')]).toEqual([3, 1, 1]);
    expect(errors('host_not_allowed')).toBe(1);
    for (const secret of [...secrets, 'a-secret-host']) expect(after.text).not.toContain(secret);
  });

  test('show streams, waiters and how long events took to be handed out', async () => {
    using events = await openEvents(relay, '/events?all=1');
    const gone = new AbortController();
    const waiting = fetch(`${relay.url}/api/wait?channel=waited&consumer_id=orion`, { signal: gone.signal });
    waiting.catch(() => undefined);
    while ((await measure(relay)).of('claude_bridge_waiters') !== 1);
    const before = await measure(relay);
    expect(before.of('claude_bridge_streams')).toBe(1);
    await send(relay, { channel: 'elsewhere' });
    await events.next();
    const after = await measure(relay);
    const delivered = 'claude_bridge_event_delivery_seconds_count';
    expect(after.of(delivered)).toBeGreaterThan(before.of(delivered));
    gone.abort();
    events.close();
    while ((await measure(relay)).of('claude_bridge_waiters') > 0);
    while ((await measure(relay)).of('claude_bridge_streams') > 0);
  });

  test('show a stream whose reader is slow, and by how much it is behind', async () => {
    await using own = await startRelay({ env: { CLAUDE_BRIDGE_SUBSCRIBER_BUFFER_BYTES: '16384' } });
    using events = await follow(own, 'slow');
    events.pause();
    const content = 'x'.repeat(100_000);
    let page = await measure(own);
    while (page.of('claude_bridge_stream_lag_messages') < 5) {
      await send(own, { channel: 'slow', content });
      page = await measure(own);
    }
    expect(page.of('claude_bridge_streams_lagging')).toBe(1);
    events.resume();
    while ((await measure(own)).of('claude_bridge_streams_lagging') > 0);
    expect((await measure(own)).of('claude_bridge_stream_lag_messages')).toBe(0);
  });

  test('show MCP sessions by transport, and errors of tools', async () => {
    const agent = await connectHttp(new URL(`${relay.url}/mcp`));
    const legacy = await fetch(`${relay.url}/sse`);
    onTestFinished(() => legacy.body?.cancel());
    expect((await agent.call('bridge_send', { channel: '', sender: 'atlas', content: 'x' })).isError).toBe(
      true,
    );
    const page = await measure(relay);
    expect(page.of('claude_bridge_mcp_sessions{transport="streamable-http"}')).toBe(1);
    expect(page.of('claude_bridge_mcp_sessions{transport="sse"}')).toBe(1);
    expect(page.of('claude_bridge_errors_total{interface="mcp",code="required"}')).toBe(1);
  });

  test('can be asked for by many at once', async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => measure(relay)));
    expect(new Set(pages.map((page) => page.of('claude_bridge_messages'))).size).toBe(1);
  });

  test('are answered to HEAD with their length alone', async () => {
    const answer = await call(relay, 'HEAD', '/metrics');
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(1_000);
  });
});

describe('channels', () => {
  const hostile = 'build:ä "quoted" \\ back 🙂';

  test('are named only if the operator wants that, and then whatever they are called', async () => {
    await using own = await startRelay();
    await send(own, { channel: hostile });
    await send(own, { channel: hostile });
    expect((await measure(own)).text).not.toContain('build');
    const patched = await call(own, 'PATCH', '/api/settings', {
      headers: bearer(own.localToken),
      body: { metricsChannels: true },
    });
    expect(patched.status).toBe(200);
    using _events = await follow(own, hostile);
    const page = await measure(own);
    const labels = '{channel="build:ä \\"quoted\\" \\\\ back 🙂"}';
    expect(page.of(`claude_bridge_channel_messages${labels}`)).toBe(2);
    expect(page.of(`claude_bridge_channel_streams${labels}`)).toBe(1);
    expect(page.of(`claude_bridge_channel_waiters${labels}`)).toBe(0);
    await post(own, '/api/clear', { channel: hostile });
    expect((await measure(own)).text).not.toContain('build');
  });

  test('that may not be read are not shown', async () => {
    await using own = await startRelay({ args: ['--metrics-channels'] });
    await send(own, { channel: 'payments:in' });
    await send(own, { channel: 'ops' });
    const { token } = await makeToken(own, { rights: ['read'], channels: { read: ['ops'] } });
    const page = await measure(own, { Authorization: `Bearer ${token}` });
    expect(page.all('claude_bridge_channel_messages')).toEqual([
      'claude_bridge_channel_messages{channel="ops"}',
    ]);
    expect(page.of('claude_bridge_messages')).toBe(1);
    expect(page.text).not.toContain('payments');
  });
});

describe('who may see them', () => {
  test('whoever may read', async () => {
    await using guarded = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' } });
    for (const path of ['/metrics', '/metrics/']) expectError(await get(guarded, path), 401, 'unauthorized');
    expectError(await get(guarded, '/metrics', bearer('wrong')), 401, 'unauthorized');
    await measure(guarded, { Authorization: 'Bearer example-token' });
    const { token } = await makeToken(guarded, { rights: ['send'] });
    expectError(await get(guarded, '/metrics', bearer(token)), 403, 'missing_right');
  });
});
