import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Relay } from '../../src-main/relay/relay.ts';
import { startBridge, startRelay } from './bridge-over-http.ts';
import { bothForms, head, openSession, post, start, toolCall } from './raw-http.ts';
import { emptyPage, sendDirectly } from './relay-directly.ts';
import { connectHttp, contentsOf } from './sdk-client.ts';
import { startAgent, transports } from './transports.ts';

const bob = { channel: 'x', consumer_id: 'bob' };

describe.each(transports)('bridge_wait over %s', (transport) => {
  test('returns with the message that comes, and only for its channel', async () => {
    const { call, relay } = await startAgent(transport);
    const waiting = call('bridge_wait', bob);
    await waiters(relay, 1);
    await sendDirectly(relay, 'y', 'other');
    await sendDirectly(relay, 'x', 'hello');
    const answer = await waiting;
    expect(contentsOf(answer)).toEqual(['hello']);
    expect(answer.structured).toMatchObject({ timed_out: false, consumer_id: 'bob', warning: null });
    expect(relay.waiting).toBe(0);
  });

  test('answers normally when nothing comes in time', async () => {
    const { call, relay } = await startAgent(transport);
    const { id } = await sendDirectly(relay, 'x', 'old');
    const { text, structured, isError } = await call('bridge_wait', {
      channel: 'x',
      since_id: id,
      timeout_seconds: 0.02,
    });
    expect(isError).toBe(false);
    expect(text).toContain('[x] — no new messages before timeout');
    expect(structured).toEqual({
      channel: 'x',
      messages: [],
      next_cursor: id,
      previous_cursor: null,
      consumer_id: null,
      warning: null,
      truncated: false,
      timed_out: true,
    });
  });

  test('tells a client that asks for it that it goes on', async () => {
    const { call, relay } = await startAgent(transport, { progressMs: 5 });
    const progress: number[] = [];
    const waiting = call('bridge_wait', bob, {
      onprogress: (note) => {
        progress.push(note.progress);
        expect(note.total).toBe(50);
      },
    });
    await expect.poll(() => progress.length).toBeGreaterThan(2);
    await sendDirectly(relay, 'x', 'hello');
    expect(contentsOf(await waiting)).toEqual(['hello']);
    expect(progress).toEqual([...new Set(progress)].sort((a, b) => a - b));
  });

  test('ends when the client goes away, and its place is free', async () => {
    const { call, client, relay } = await startAgent(transport);
    const waiting = call('bridge_wait', bob);
    await waiters(relay, 1);
    await Promise.all([client.close(), expect(waiting).rejects.toThrow()]);
    await waiters(relay, 0);
  });

  test('ends when the client cancels it, and its place is free', async () => {
    const { call, relay } = await startAgent(transport);
    const cancelling = new AbortController();
    const waiting = call('bridge_wait', bob, { signal: cancelling.signal });
    await waiters(relay, 1);
    cancelling.abort();
    await expect(waiting).rejects.toThrow();
    await waiters(relay, 0);
    expect(await call('bridge_ping')).toMatchObject({ isError: false });
  });

  test.each(['room', 'relay'] as const)('ends with a normal answer when the %s stops', async (what) => {
    const { call, relay, mcp } = await startAgent(transport);
    const waiting = call('bridge_wait', bob);
    await waiters(relay, 1);
    const closed = what === 'room' ? mcp.close() : undefined;
    if (what === 'relay') relay.stop();
    expect((await waiting).structured).toMatchObject({ timed_out: true, messages: [] });
    await closed;
    expect(relay.waiting).toBe(0);
  });
});

test('it returns at once when something is there, and when the cursor is stale', async () => {
  const { call, relay } = await startAgent('mcp');
  await sendDirectly(relay, 'x', 'there');
  expect(contentsOf(await call('bridge_wait', bob))).toEqual(['there']);
  const stale = await call('bridge_wait', { channel: 'x', since_id: 'nowhere' });
  expect(stale.structured).toMatchObject({ warning: 'since_id_not_found', timed_out: false });
});

test.each([
  ['no cursor', { channel: 'x' }, 'cursor', 'required'],
  ['a time that is no number', { ...bob, timeout_seconds: 'long' }, 'timeout_seconds', 'invalid_type'],
])('%s is refused', async (_what, input, field, code) => {
  const { call } = await startAgent('mcp');
  const { isError, structured } = await call('bridge_wait', input);
  expect(isError).toBe(true);
  expect(structured).toMatchObject({ field, code });
});

test('places are capped', async () => {
  const { call, relay } = await startAgent('mcp');
  const waiting = Array.from({ length: 10 }, () => call('bridge_wait', bob));
  await waiters(relay, 10);
  expect(await call('bridge_wait', bob)).toMatchObject({
    isError: true,
    structured: { code: 'too_many_waiters' },
  });
  await sendDirectly(relay, 'x', 'for all');
  expect((await Promise.all(waiting)).map(contentsOf)).toEqual(Array(10).fill(['for all']));
});

test.each([
  ['test-agent', undefined, 50],
  ['test-agent', 240, 240],
  ['test-agent', 1e9, 240],
  ['test-agent', -1, 0],
  ['claude-code', undefined, 50],
  ['claude-code', 1e9, 1_800],
])('a %s that asks for %s s waits for %s s', async (name, timeout_seconds, seconds) => {
  const relay = startRelay();
  const asked: number[] = [];
  relay.wait = ({ channel, timeoutMs }) => {
    asked.push(timeoutMs);
    return Promise.resolve({ ...emptyPage(channel), timedOut: true });
  };
  const { url } = await startBridge({ relay });
  const { call } = await connectHttp(url, {}, name);
  await call('bridge_wait', { ...bob, timeout_seconds });
  expect(asked).toEqual([seconds * 1000]);
});

test('it ends when the browser that asked is signed out, and tells that and nothing else', async () => {
  const { url, relay, signOut } = await startBridge();
  const { call } = await connectHttp(url, { Authorization: 'browser' });
  const waiting = call('bridge_wait', bob);
  await waiters(relay, 1);
  signOut();
  expect(await waiting).toMatchObject({ isError: true, structured: { code: 'unauthorized' } });
  expect(relay.waiting).toBe(0);
});

test.each(['text/event-stream', 'application/json'])(
  'a response that is dropped before it began ends the wait (%s)',
  async (accept) => {
    const { url, relay } = await startBridge();
    const session = { ...(await openSession(url)), Accept: accept };
    const waiting = start(url, 'POST', session, toolCall('bridge_wait', bob));
    waiting.on('error', () => undefined);
    await waiters(relay, 1);
    waiting.destroy();
    await waiters(relay, 0);
  },
);

test('without sessions it ends with its request, too', async () => {
  const { url, relay } = await startBridge({ stateless: true });
  const waiting = start(url, 'POST', bothForms, toolCall('bridge_wait', bob));
  waiting.on('error', () => undefined);
  await waiters(relay, 1);
  waiting.destroy();
  await waiters(relay, 0);
});

test('who does not ask for progress gets none', async () => {
  const { url, relay } = await startBridge({ progressMs: 1, keepAliveMs: 5 });
  const session = await openSession(url);
  // A second passes before a response without an answer begins.
  const response = await head(start(url, 'POST', session, toolCall('bridge_wait', bob)));
  response.setEncoding('utf8');
  let text = String((await once(response, 'data'))[0]);
  await sendDirectly(relay, 'x', 'hello');
  for await (const chunk of response) text += String(chunk);
  expect(text).toContain('hello');
  expect(text).toMatch(/^: keep-alive/);
  expect(text).not.toContain('notifications/progress');
  expect((await post(url, toolCall('bridge_ping'), session)).status).toBe(200);
});

async function waiters(relay: Relay, count: number): Promise<void> {
  await expect.poll(() => relay.waiting, { interval: 5 }).toBe(count);
}
