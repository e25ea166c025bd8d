import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../../src-shared/access.ts';
import type { AgentsResponse } from '../../src-shared/api/agents.ts';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import type { ConsumersResponse } from '../../src-shared/api/consumers.ts';
import type { SearchResponse, ThreadResponse } from '../../src-shared/api/search.ts';
import type { StateResponse } from '../../src-shared/api/state.ts';
import type { Principal } from '../../src-main/security/principal.ts';
import { Rights } from '../../src-main/security/rights.ts';
import { startBridge } from '../mcp/bridge-over-http.ts';
import { LineClient } from '../mcp/line-client.ts';
import { sendDirectly } from '../mcp/relay-directly.ts';
import { connect, connectHttp, contentsOf, type Agent } from '../mcp/sdk-client.ts';
import { expectError } from '../http/expect-answer.ts';
import { openEvents } from '../support/event-reader.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { programEntry, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { admin, makeToken } from './requests.ts';

/** A machine may do what its token says, on the channels that it says, whichever way it comes. */

let relay: Relay;
/** Reads payments and ops, writes to payments, clears and administers nothing. */
let guest: ReturnType<typeof bearer>;

const limits = { read: ['payments:*', 'ops'], send: ['payments:*'] };

beforeAll(async () => {
  relay = await startRelay({
    env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'an-example-token', CLAUDE_BRIDGE_AUDIT_LOG: '1' },
  });
  guest = bearer((await makeToken(relay, { label: 'guest', channels: limits })).token);
});

/** Sends as an administrator, who may everything. */
function sendTo(channel: string, content = `to ${channel}`) {
  return send(relay, { channel, content }, admin(relay));
}

describe('over the JSON API a machine', () => {
  test('reads, writes and clears where it may, and is told which right is missing where it may not', async () => {
    const message = (channel: string) => ({ channel, sender: 'guest', content: 'hello' });
    expect(await post(relay, '/api/send', message('payments:a'), guest)).toMatchObject({ status: 200 });
    const { id } = await sendTo('infra');
    const refusals: [right: string, Promise<Parameters<typeof expectError>[0]>][] = [
      ['send', post(relay, '/api/send', message('ops'), guest)],
      ['read', get(relay, '/api/messages?channel=infra', guest)],
      ['read', get(relay, '/api/messages?channel=infra&full=1&consumer_id=guest', guest)],
      ['read', get(relay, '/api/wait?channel=infra&consumer_id=guest', guest)],
      ['read', post(relay, '/api/ack', { channel: 'infra', consumer_id: 'guest', message_id: id }, guest)],
      ['read', get(relay, '/api/consumers?channel=infra', guest)],
      ['read', get(relay, '/events/channel/infra', guest)],
      ['read', get(relay, '/events?channel=ops&channel=infra', guest)],
      ['admin', post(relay, '/api/consumers/reset', { channel: 'ops', consumer_id: 'guest' }, guest)],
    ];
    for (const [right, request] of refusals) {
      const answer = await request;
      expectError(answer, 403, 'missing_right', 'channel');
      expect((answer.body as { error: string }).error).toMatch(
        new RegExp(`^this needs the right "${right}" on the channel (infra|ops), which guest does not have$`),
      );
    }
    expectError(await post(relay, '/api/clear', { channel: 'payments:a' }, guest), 403, 'missing_right');
    for (const path of [`/api/messages/${id}`, `/api/messages/${id}/receipts`]) {
      expectError(await get(relay, path, guest), 404, 'not_found', 'id');
    }
  });

  test('sees in lists what it may read', async () => {
    await Promise.all(['infra', 'ops', 'payments:a'].map((channel) => sendTo(channel)));
    const [ops, infra] = [await sendTo('ops'), await sendTo('infra')];
    const ack = (channel: string, message_id: string) =>
      post(relay, '/api/ack', { channel, consumer_id: `reads ${channel}`, message_id }, admin(relay));
    await ack('ops', ops.id);
    await ack('infra', infra.id);

    const state = (await get(relay, '/api/state', guest)).body as StateResponse;
    expect(state.channels.map(({ id }) => id)).toEqual(['ops', 'payments:a']);
    expect(state.total_messages).toBe(state.channels.reduce((sum, { count }) => sum + count, 0));
    const { consumers } = (await get(relay, '/api/consumers', guest)).body as ConsumersResponse;
    expect(consumers.map(({ channel }) => channel)).toEqual(['ops']);
    const { agents } = (await get(relay, '/api/agents', guest)).body as AgentsResponse;
    expect(agents.map(({ name }) => name)).toContain('reads ops');
    expect(agents.map(({ name }) => name)).not.toContain('reads infra');
    const { events } = (await get(relay, '/api/audit?limit=1000', guest)).body as AuditResponse;
    expect(new Set(events.map(({ channel }) => channel))).toEqual(new Set(['ops', 'payments:a']));
  });

  test('gets a stream of all that it may read', async () => {
    using stream = await openEvents(relay, '/events?all=1&replay=all', guest);
    for (const channel of ['infra', 'payments:new', 'payment:s', 'ops', 'payments:new'])
      await sendTo(channel);
    expect((await stream.take(3)).map(({ data }) => data['channel'])).toEqual([
      'payments:new',
      'ops',
      'payments:new',
    ]);
    using behind = await openEvents(relay, '/events?all=1&since_id=' + (await sendTo('infra')).id, guest);
    await sendTo('ops', 'the next one');
    expect(await behind.next()).toMatchObject({ data: { content: 'the next one' } });
  });

  test('finds what it may read, whatever a conversation holds besides', async () => {
    const say = (channel: string, type: string, content: string) =>
      post(
        relay,
        '/api/send',
        { channel, sender: 'alice', message: { schema_version: 1, type, content, thread_id: 'walrus' } },
        admin(relay),
      );
    await say('infra', 'question', 'where is the secret walrus');
    await say('payments:zoo', 'question', 'where is the public walrus');
    await say('infra', 'answer', 'here is the secret walrus');
    await say('payments:zoo', 'question', 'and is it a walrus');
    const channelsOf = (found: { channel: string }[]) => [...new Set(found.map(({ channel }) => channel))];
    const found = (await get(relay, '/api/search?q=walrus', guest)).body as SearchResponse;
    expect([channelsOf(found.results), found.results.length]).toEqual([['payments:zoo'], 2]);
    const thread = (await get(relay, '/api/threads?id=walrus', guest)).body as ThreadResponse;
    expect([channelsOf(thread.messages), thread.messages.length]).toEqual([['payments:zoo'], 2]);
    for (const path of ['/api/search?q=walrus&channel=infra', '/api/messages?channel=infra&open=1']) {
      expectError(await get(relay, path, guest), 403, 'missing_right', 'channel');
    }
    const state = (await get(relay, '/api/state', guest)).body as StateResponse;
    const all = (await get(relay, '/api/state', admin(relay))).body as StateResponse;
    expect(state.open_questions).toBe(state.channels.reduce((sum, { open }) => sum + open, 0));
    expect(all.channels.map(({ id }) => id)).toContain('infra');
    for (const path of ['/api/export', '/api/backup', '/api/settings']) {
      expectError(await get(relay, path, guest), 403, 'missing_right');
    }
  });

  test('without any reading is not told who listens', async () => {
    const blind = bearer((await makeToken(relay, { rights: ['send'] })).token);
    using _stream = await openEvents(relay, '/events/channel/ops', admin(relay));
    const sent = await send(relay, { channel: 'ops' }, blind);
    expect(sent.listening).toEqual({ waiting: 0, streaming: 0, consumers: [], nobody: false });
    for (const path of ['/api/state', '/api/agents', '/api/audit', '/events?all=1']) {
      expectError(await get(relay, path, blind), 403, 'missing_right');
    }
  });

  test('with admin on some channels repairs the consumers of those, and administers nothing else', async () => {
    const { id } = await sendTo('ops');
    for (const channel of ['ops', 'infra']) {
      const message_id = channel === 'ops' ? id : (await sendTo('infra')).id;
      await post(relay, '/api/ack', { channel, consumer_id: 'stuck', message_id }, admin(relay));
    }
    const { token } = await makeToken(relay, { rights: ['read', 'admin'], channels: { admin: ['ops'] } });
    const headers = bearer(token);
    const reset = (channel: string) =>
      post(relay, '/api/consumers/reset', { channel, consumer_id: 'stuck' }, headers);
    const remove = (channel: string) =>
      call(relay, 'DELETE', `/api/consumers?channel=${channel}&consumer_id=stuck`, { headers });
    expect(await reset('ops')).toMatchObject({ status: 200, body: { acked_seq: 0 } });
    expect(await remove('ops')).toMatchObject({ status: 200 });
    expectError(await reset('infra'), 403, 'missing_right', 'channel');
    expectError(await remove('infra'), 403, 'missing_right', 'channel');
    expectError(await post(relay, '/api/reload', {}, headers), 403, 'missing_right');
    expectError(await get(relay, '/api/sessions', headers), 403, 'missing_right');
  });
});

/** The same machine as an agent, over each of the three transports. */
const ways: [string, (access: Access) => Promise<Way>][] = [
  [
    'Streamable HTTP',
    (access) => overHttp(access, (url, headers) => connectHttp(new URL('/mcp', url), headers)),
  ],
  ['HTTP+SSE', (access) => overHttp(access, connectSse)],
  ['standard input and output', overStdio],
  ['standard input and output of a program that passes calls on', overRemoteStdio],
];

interface Way {
  agent: Agent;
  /** Sends as somebody who may everything. */
  send: (channel: string) => Promise<{ id: string }>;
}

async function overHttp(
  { rights, channels }: Access,
  connectTo: (url: string, headers: { Authorization: string }) => Promise<Agent>,
): Promise<Way> {
  const { token } = await makeToken(relay, { rights: [...rights], channels: channels as typeof limits });
  return { agent: await connectTo(relay.url, { Authorization: `Bearer ${token}` }), send: sendTo };
}

function connectSse(url: string, headers: { Authorization: string }): Promise<Agent> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- one of the transports under test
  return connect(new SSEClientTransport(new URL('/sse', url), { requestInit: { headers } }));
}

async function overStdio(access: Access): Promise<Way> {
  const bridge = await startBridge();
  const [input, output] = [new PassThrough(), new PassThrough()];
  const principal: Principal = { kind: 'machine', label: 'atlas', rights: new Rights(access) };
  void bridge.mcp.serveStdio({ input, output, principal });
  const agent = await connect(new LineClient(input, output));
  return { agent, send: (channel: string) => sendDirectly(bridge.relay, channel, `to ${channel}`) };
}

/** The program as a client starts it that speaks stdio only, with the token in a file. */
async function overRemoteStdio({ rights, channels }: Access): Promise<Way> {
  const { token } = await makeToken(relay, { rights: [...rights], channels: channels as typeof limits });
  const home = scratchDirectory();
  const file = join(home, 'token');
  writeFileSync(file, token);
  const agent = await connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [programEntry, '--stdio', '--url', relay.url, '--token-file', file],
      env: { CLAUDE_BRIDGE_HOME: home },
      stderr: 'ignore',
    }),
  );
  return { agent, send: sendTo };
}

describe.each(ways)('over %s a machine', (_transport, start) => {
  test('without the right to clear cannot clear', async () => {
    const { agent, send: sendAs } = await start({ rights: ['read', 'send'], channels: {} });
    await sendAs('kept');
    const outcome = await agent.call('bridge_clear', { channel: 'kept' });
    expect(outcome).toMatchObject({ isError: true, structured: { code: 'missing_right' } });
    expect(outcome.text).toContain('the right "clear"');
    expect(contentsOf(await agent.call('bridge_receive', { channel: 'kept' }))).toContain('to kept');
  });

  test('is held to its channels by every tool', async () => {
    const { agent, send: sendAs } = await start({ rights: ['read', 'send'], channels: limits });
    const { id } = await sendAs('infra');
    await sendAs('ops');
    const refused: [tool: string, input: Record<string, unknown>, right: string][] = [
      ['bridge_send', { channel: 'ops', sender: 'guest', content: 'hello' }, 'send'],
      ['bridge_receive', { channel: 'infra' }, 'read'],
      ['bridge_wait', { channel: 'infra', since_id: id, timeout_seconds: 60 }, 'read'],
      ['bridge_ack', { channel: 'infra', consumer_id: 'guest', message_id: id }, 'read'],
    ];
    for (const [tool, input, right] of refused) {
      const { isError, structured, text } = await agent.call(tool, input);
      expect([isError, structured['code'], structured['field']]).toEqual([true, 'missing_right', 'channel']);
      expect(text).toContain(`the right "${right}" on the channel ${String(input['channel'])}`);
    }
    const sent = await agent.call('bridge_send', {
      channel: 'payments:b',
      sender: 'guest',
      content: 'hello',
    });
    expect(sent.isError).toBe(false);
    for (const tool of ['bridge_channels', 'bridge_status']) {
      const { structured, text } = await agent.call(tool);
      const names = (structured['channels'] as { channel: string }[]).map(({ channel }) => channel);
      expect(names).toEqual(expect.arrayContaining(['ops', 'payments:b']));
      expect(text).not.toContain('infra');
    }
  });

  test('is told by bridge_ping who it is and what it may do, whatever that is', async () => {
    const { agent, send: sendAs } = await start({ rights: ['send'], channels: { send: ['ops'] } });
    await sendAs('ops');
    const { structured, text } = await agent.call('bridge_ping');
    expect(structured).toMatchObject({
      principal: { kind: 'machine', rights: ['send'], channels: { send: ['ops'] } },
      channels: 0,
      messages: 0,
      agents: [],
    });
    expect(text).toContain('Your rights: send (ops)');
  });
});
