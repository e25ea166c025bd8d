import { describe, expect, test } from 'vitest';
import { startBridge, type TestBridge } from '../mcp/bridge-over-http.ts';
import { sendDirectly, tester } from '../mcp/relay-directly.ts';
import { contentsOf } from '../mcp/sdk-client.ts';
import { startRemoteAgent } from './remote-agent.ts';

/** Connections that break at a certain moment, which a killed process leaves to chance. */

const bob = { channel: 'x', consumer_id: 'bob' };
const message = { channel: 'x', sender: 'orion', content: 'once' };

function startAgent({ url }: TestBridge) {
  return startRemoteAgent(url.origin);
}

/** Breaks all connections when `done` has been done, before it is answered, for as many times. */
function breaking<Args extends unknown[], Result>(
  bridge: TestBridge,
  done: (...args: Args) => Promise<Result>,
  times: number,
): { call: (...args: Args) => Promise<Result>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    call: async (...args) => {
      const result = await done(...args);
      if (++calls <= times) bridge.dropConnections();
      return result;
    },
  };
}

describe('a call that was done and not answered', () => {
  test('is repeated when it is a send: it is stored once', async () => {
    const bridge = await startBridge();
    const { relay } = bridge;
    const { call: send, calls } = breaking(bridge, relay.send.bind(relay), 1);
    relay.send = send;
    const { call } = await startAgent(bridge);
    const answer = await call('bridge_send', message);
    expect(answer).toMatchObject({ isError: false, structured: { deduplicated: true, seq: 1 } });
    expect(calls()).toBe(2);
    expect((await relay.totals(tester)).messages).toBe(1);
  });

  test.each([{ idempotency_key: 'mine' }, { content: null, message: envelopeWithKey() }])(
    'is repeated under the key of the caller: %j',
    async (own) => {
      const bridge = await startBridge();
      const { relay } = bridge;
      relay.send = breaking(bridge, relay.send.bind(relay), 1).call;
      const { call } = await startAgent(bridge);
      expect(await call('bridge_send', { ...message, ...own })).toMatchObject({ isError: false });
      const again = await call('bridge_send', { ...message, ...own });
      expect(again.structured).toMatchObject({ deduplicated: true, seq: 1 });
    },
  );

  test('names the key when it stays unknown whether a message was stored', async () => {
    const bridge = await startBridge();
    const { relay } = bridge;
    const send = relay.send.bind(relay);
    relay.send = breaking(bridge, send, Infinity).call;
    const { call } = await startAgent(bridge);
    const unknown = await call('bridge_send', message);
    expect(unknown).toMatchObject({
      isError: true,
      structured: { code: 'unreachable', outcome: 'unknown' },
    });
    const key = String(unknown.structured['idempotency_key']);
    expect(unknown.text).toContain(key);
    relay.send = send;
    const again = await call('bridge_send', { ...message, idempotency_key: key });
    expect(again.structured).toMatchObject({ deduplicated: true, seq: 1 });
  });

  test('is not repeated when it is a clear', async () => {
    const bridge = await startBridge();
    const { relay } = bridge;
    const { call: clear, calls } = breaking(bridge, relay.clear.bind(relay), 1);
    relay.clear = clear;
    const { call } = await startAgent(bridge);
    await sendDirectly(relay, 'x', 'old');
    const unknown = await call('bridge_clear', { channel: 'x' });
    expect(unknown).toMatchObject({
      isError: true,
      structured: { code: 'unreachable', outcome: 'unknown' },
    });
    expect(unknown.text).toContain('Find out before you call again');
    await sendDirectly(relay, 'x', 'new');
    expect(contentsOf(await call('bridge_receive', { channel: 'x' }))).toEqual(['new']);
    expect(calls()).toBe(1);
  });

  test('is repeated when it reads or acknowledges', async () => {
    const bridge = await startBridge();
    const { relay } = bridge;
    const { id } = await sendDirectly(relay, 'x', 'there');
    const receive = breaking(bridge, relay.receive.bind(relay), 1);
    relay.receive = receive.call;
    const ack = breaking(bridge, relay.consumers.ack.bind(relay.consumers), 1);
    relay.consumers.ack = ack.call;
    const { call } = await startAgent(bridge);
    expect(contentsOf(await call('bridge_receive', bob))).toEqual(['there']);
    expect(await call('bridge_ack', { ...bob, message_id: id })).toMatchObject({
      isError: false,
      structured: { last_message_id: id },
    });
    expect([receive.calls(), ack.calls()]).toEqual([2, 2]);
  });
});

test(
  'a call whose packets vanish is answered within its patience, and says so',
  { timeout: 40_000 },
  async () => {
    const bridge = await startBridge();
    const { call } = await startAgent(bridge);
    await call('bridge_ping');
    bridge.fallSilent(true);
    const unknown = await call('bridge_send', message);
    expect(unknown.structured).toMatchObject({ code: 'unreachable', outcome: 'unknown' });
    bridge.fallSilent(false);
    const idempotency_key = String(unknown.structured['idempotency_key']);
    expect((await call('bridge_send', { ...message, idempotency_key })).isError).toBe(false);
  },
);

test('a session that the relay has ended is opened anew, and the call is done once', async () => {
  const bridge = await startBridge({ limits: { mcpSessionIdleSeconds: 0.5 } });
  const { call } = await startAgent(bridge);
  await call('bridge_ping');
  await expect.poll(() => bridge.mcp.sessions(), { timeout: 10_000 }).toBe(0);
  expect(await call('bridge_clear', { channel: 'x' })).toMatchObject({ isError: false });
});

test('the session is ended at the relay when the client goes', async () => {
  const bridge = await startBridge();
  const { call, client } = await startAgent(bridge);
  await call('bridge_ping');
  expect(bridge.mcp.sessions()).toBe(1);
  await client.close();
  await expect.poll(() => bridge.mcp.sessions()).toBe(0);
});

test('a relay without sessions is served as well', async () => {
  const bridge = await startBridge({ stateless: true });
  const { call } = await startAgent(bridge);
  expect(await call('bridge_ping')).toMatchObject({ isError: false });
});

test('progress is passed on and counts on when a wait is interrupted', async () => {
  const bridge = await startBridge({ progressMs: 20 });
  const { relay } = bridge;
  const { call } = await startAgent(bridge);
  const notes: { progress: number; total?: number | undefined }[] = [];
  const waiting = call(
    'bridge_wait',
    { ...bob, timeout_seconds: 30 },
    { onprogress: (note) => notes.push(note) },
  );
  await expect.poll(() => notes.length).toBeGreaterThan(2);
  bridge.dropConnections();
  const before = notes.length;
  await expect.poll(() => notes.length, { timeout: 10_000 }).toBeGreaterThan(before + 2);
  await sendDirectly(relay, 'x', 'hello');
  expect(contentsOf(await waiting)).toEqual(['hello']);
  const progress = notes.map((note) => note.progress);
  expect(progress).toEqual([...new Set(progress)].sort((a, b) => a - b));
  expect(new Set(notes.map(({ total }) => total))).toEqual(new Set([30]));
});

function envelopeWithKey(): object {
  return { schema_version: 1, type: 'task', content: 'once', dedupe_key: 'mine' };
}
