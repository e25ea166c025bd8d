import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startBridge, startRelay, type TestBridge } from './bridge-over-http.ts';
import { head, initialize, openSession, post, send, start, toolCall, type Headers } from './raw-http.ts';
import { emptyPage } from './relay-directly.ts';

const ping = toolCall('bridge_ping');

afterEach(() => void vi.useRealTimers());

describe('the cap on sessions', () => {
  test('refuses a newcomer with 503 while every session is in use, and lets it in afterwards', async () => {
    const { url, mcp } = await startBridge({ limits: { maxMcpSessions: 2 } });
    const first = await openSession(url);
    await openSession(url);
    const refused = await post(url, initialize);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(refused.json.error?.data?.code).toBe('too_many_sessions');
    expect(mcp.sessions()).toBe(2);
    await send(url, 'DELETE', first);
    expect((await post(url, initialize)).status).toBe(200);
  });

  test('counts both transports together', async () => {
    const { url } = await startBridge({ limits: { maxMcpSessions: 2 } });
    const stream = await head(start(new URL('/sse', url), 'GET'));
    await openSession(url);
    expect((await post(url, initialize)).status).toBe(503);
    const refused = await send(new URL('/sse', url), 'GET');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'too_many_sessions' });
    stream.destroy();
    await expect.poll(async () => (await post(url, initialize)).status).toBe(200);
  });

  test('applies to new sessions as soon as it changes', async () => {
    const { url, limits } = await startBridge({ limits: { maxMcpSessions: 1 } });
    await openSession(url);
    limits.maxMcpSessions = 2;
    expect((await post(url, initialize)).status).toBe(200);
  });

  test('takes the place of the session that rested longest, once it has rested for a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { url, mcp } = await startBridge({ limits: { maxMcpSessions: 2 } });
    const oldest = await openSession(url);
    vi.advanceTimersByTime(30_000);
    const newer = await openSession(url);
    vi.advanceTimersByTime(29_000);
    expect((await post(url, initialize)).status).toBe(503);
    vi.advanceTimersByTime(1_000);
    expect((await post(url, initialize)).status).toBe(200);
    expect(mcp.sessions()).toBe(2);
    expect((await post(url, ping, oldest)).status).toBe(404);
    expect((await post(url, ping, newer)).status).toBe(200);
  });

  test('never takes the place of a session with an open stream or call', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { url, session, calling } = await startWaitingCall({ maxMcpSessions: 2 });
    const streaming = await openSession(url);
    await head(start(url, 'GET', streaming));
    vi.advanceTimersByTime(3_600_000);
    expect((await post(url, initialize)).status).toBe(503);
    calling.destroy();
    vi.advanceTimersByTime(60_000);
    await expect
      .poll(async () => {
        vi.advanceTimersByTime(60_000);
        return (await post(url, initialize)).status;
      })
      .toBe(200);
    expect((await post(url, ping, session)).status).toBe(404);
  });
});

describe('the sweep of idle sessions', () => {
  test('ends a session that nobody uses, and only that', async () => {
    const { url, mcp, logs } = await startBridge({ limits: { mcpSessionIdleSeconds: 0.05 } });
    const idle = await openSession(url);
    const streaming = await openSession(url);
    const stream = await head(start(url, 'GET', streaming));
    await logs('mcp session ended');
    expect((await post(url, ping, idle)).status).toBe(404);
    expect((await post(url, ping, streaming)).status).toBe(200);
    expect(mcp.sessions()).toBe(1);
    stream.destroy();
    await expect.poll(() => mcp.sessions()).toBe(0);
  });

  test('leaves a session alone whose call is under way', async () => {
    const { url, mcp, session, answer } = await startWaitingCall({ mcpSessionIdleSeconds: 0.05 });
    const other = await openSession(url);
    await expect.poll(async () => (await post(url, ping, other)).status, { interval: 100 }).toBe(404);
    expect(mcp.sessions()).toBe(1);
    answer();
    await expect.poll(async () => (await post(url, ping, session)).status, { interval: 100 }).toBe(404);
  });
});

describe('a client that goes away', () => {
  test('ends its call: the session is free again though the relay has not answered', async () => {
    const { url, mcp, calling, session } = await startWaitingCall({ mcpSessionIdleSeconds: 0.05 });
    calling.destroy();
    await expect.poll(() => mcp.sessions()).toBe(0);
    expect((await post(url, ping, session)).status).toBe(404);
  });

  test('before it learnt the id of its session takes the session with it', async () => {
    const { url, mcp, limits, dropConnections } = await startBridge();
    let sessions = 0;
    Object.defineProperty(limits, 'maxMcpSessions', {
      get: () => {
        queueMicrotask(() => {
          sessions = mcp.sessions();
          dropConnections();
        });
        return 50;
      },
    });
    await expect(post(url, initialize)).rejects.toThrow('socket hang up');
    expect(sessions).toBe(1);
    await expect.poll(() => mcp.sessions()).toBe(0);
  });
});

describe('close', () => {
  test('ends streams, and answers calls that go on with an error', async () => {
    const { url, mcp, calling } = await startWaitingCall({});
    const streaming = await openSession(url);
    const stream = await head(start(url, 'GET', streaming));
    const legacy = await head(start(new URL('/sse', url), 'GET'));
    const ends = [stream, legacy].map((response) => once(response.resume(), 'end'));
    const answered = head(calling);
    await mcp.close();
    await Promise.all(ends);
    const response = await answered;
    response.setEncoding('utf8');
    const [text] = (await once(response, 'data')) as [string];
    expect(text).toContain('the session has ended');
    expect(text).toContain('"id":"waiting"');
    expect(mcp.sessions()).toBe(0);
  });

  test('lets work in flight be answered', async () => {
    const { mcp, calling, answer } = await startWaitingCall({});
    const answered = head(calling);
    const closed = mcp.close();
    answer();
    await closed;
    const response = await answered;
    response.setEncoding('utf8');
    const [text] = (await once(response, 'data')) as [string];
    expect(text).toContain('[x] — no messages');
  });

  test('takes no new sessions from then on', async () => {
    const { url, mcp } = await startBridge();
    await mcp.close();
    const refused = await post(url, initialize);
    expect([refused.status, refused.json.error?.data?.code]).toEqual([503, 'shutting_down']);
    expect((await send(new URL('/sse', url), 'GET')).status).toBe(503);
  });
});

/** A bridge with one call that waits until `answer` is called. */
async function startWaitingCall(limits: Partial<TestBridge['limits']>) {
  const relay = startRelay();
  let answer = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    relay.receive = ({ channel }) => {
      resolve();
      return new Promise((answered) => {
        answer = () => answered(emptyPage(channel));
      });
    };
  });
  const bridge = await startBridge({ relay, limits });
  const session: Headers = await openSession(bridge.url);
  const calling = start(bridge.url, 'POST', session, toolCall('bridge_receive', { channel: 'x' }, 'waiting'));
  calling.on('error', () => undefined);
  await reached;
  return { ...bridge, session, calling, answer: () => answer() };
}
