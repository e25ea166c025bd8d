import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { connect, type Agent, type ToolOutcome } from '../mcp/sdk-client.ts';
import { follow, openEvents } from '../support/event-reader.ts';
import { bearer, call, get, list, post, send, state } from '../support/http-client.ts';
import { anyNumber, anyText, textLike } from '../support/matchers.ts';
import { overStdio } from '../support/over-stdio.ts';
import { scratchDirectory, spawnProgram, startRelay, type Relay } from '../support/program.ts';

/** Section 5 of the wire specification: the rows that the Python versions have, as decided where they differ. */

const tools = [
  'bridge_send',
  'bridge_receive',
  'bridge_wait',
  'bridge_ack',
  'bridge_channels',
  'bridge_ping',
  'bridge_clear',
  'bridge_status',
];
const timestamp = textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const seconds = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
/** By whom a message was sent, which differs from way to way. */
const from = ' from a [^\\n]+';

const anything = z.any();

let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
});

const transports = {
  'Streamable HTTP': () => new StreamableHTTPClientTransport(new URL('/mcp', relay.url)),
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- what every client of the original uses
  'HTTP+SSE': () => new SSEClientTransport(new URL('/sse', relay.url)),
  /** A process of its own on the same database. */
  stdio: () => overStdio(scratchDirectory(), ['--db', relay.databasePath]),
};

describe.each(Object.entries(transports))('over %s', (name, transport) => {
  test('5.1 the server is claude-bridge in its own version, has tools and nothing else, and answers pings', async () => {
    const { client } = await connect(transport());
    expect(client.getServerVersion()).toMatchObject({ name: 'claude-bridge', version: manifest.version });
    expect(Object.keys(client.getServerCapabilities() ?? {})).toEqual(['tools']);
    expect(client.getInstructions()).toMatch(/bridge_send/);
    await client.ping();
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(tools);
    // The client asks only for what was declared, so ask past it.
    await expect(client.request({ method: 'prompts/list' }, anything)).rejects.toMatchObject({
      code: -32_601,
    });
    await expect(client.request({ method: 'resources/list' }, anything)).rejects.toMatchObject({
      code: -32_601,
    });
  });

  test('5.4 every tool answers with the tokens that agents parse, and with the same as structure', async () => {
    const agent = await connect(transport());
    const channel = `mcp:${name}`;
    using stream = await follow(relay, channel);

    const sent = await agent.call('bridge_send', { channel, sender: 'alice', content: 'first\nline' });
    // A process of its own knows of its own listeners only, and the stream is the relay's.
    const listens = name === 'stdio' ? 'nobody that is known here\\. .*' : '0 waiting, 1 streaming';
    expect(sent.text).toMatch(
      new RegExp(
        `^\\S Sent to \\[mcp:.*\\]\\n +id: [\\da-f-]{36}\\n +seq: \\d+\\n +time: \\S+Z\\n +listening: ${listens}$`,
      ),
    );
    expect(sent.text).not.toContain('deduplicated');
    const id = String(sent.structured['id']);
    expect(sent.structured).toEqual({
      id,
      seq: anyNumber,
      channel,
      sender: 'alice',
      timestamp,
      deduplicated: false,
      listening:
        name === 'stdio'
          ? { waiting: 0, streaming: 0, consumers: [], nobody: true }
          : { waiting: 0, streaming: 1, consumers: [], nobody: false },
    });
    // 11.3 row 20: the same store and the same live events as every other way in.
    expect((await stream.next())?.data).toMatchObject({ id, sender: 'alice', content: 'first\nline' });
    const { id: second } = await send(relay, { channel, sender: 'bob', content: '{"type":"result"}' });

    const received = await agent.call('bridge_receive', { channel });
    expect(received.text).toMatch(
      new RegExp(
        `^\\[mcp:.*\\] — 2 message\\(s\\)\\n━━ \\[\\d+\\] alice @ ${seconds} \\(id: ${id}\\)${from}\\nfirst\\nline\\n\\n━━ \\[\\d+\\] bob @ ${seconds} \\(id: ${second}\\)${from}\\n\\{"type":"result"\\}$`,
      ),
    );
    expect(received.structured).toMatchObject({
      channel,
      messages: [
        { seq: anyNumber, id, channel, sender: 'alice', content: 'first\nline', timestamp },
        { id: second, sender: 'bob' },
      ],
      next_cursor: second,
      consumer_id: null,
      warning: null,
    });

    const after = await agent.call('bridge_receive', { channel, since_id: id, limit: 20 });
    expect(after.structured['messages']).toMatchObject([{ id: second }]);
    const nothing = await agent.call('bridge_receive', { channel, since_id: second });
    expect(nothing.text).toBe(`[${channel}] — no messages after ${second.slice(0, 8)}`);

    const acked = await agent.call('bridge_ack', { channel, consumer_id: 'carol', message_id: id });
    expect(acked.text).toMatch(/^✓ \[carol\] acknowledged up to \S+ in \[mcp:.*\] \(seq: \d+\)$/);
    expect(acked.structured).toEqual({
      consumer_id: 'carol',
      channel,
      last_seq: sent.structured['seq'],
      last_message_id: id,
      updated_at: timestamp,
      advanced: true,
    });
    const waited = await agent.call('bridge_wait', { channel, consumer_id: 'carol' });
    expect(waited.text).toMatch(/^\[mcp:.*\] — 1 message\(s\)\n━━ \[\d+\] bob @ /);
    expect(waited.structured).toMatchObject({
      messages: [{ id: second, encoding: 'legacy_json' }],
      next_cursor: second,
      consumer_id: 'carol',
      timed_out: false,
    });
    const silence = await agent.call('bridge_wait', { channel, since_id: second, timeout_seconds: 0 });
    expect(silence.text).toMatch(/^\[mcp:.*\] — no new messages before timeout\./);
    expect(silence.structured).toMatchObject({ messages: [], next_cursor: second, timed_out: true });

    const channels = await agent.call('bridge_channels');
    expect(channels.text).toMatch(/^Active channels \(\d+, \d+ total messages\):\n/);
    expect(channels.text).toMatch(new RegExp(`• mcp:.* \\(2 msgs, last: ${seconds}\\)`));
    expect(channels.structured).toMatchObject({
      channels: expect.any(Array) as [],
      total_messages: anyNumber,
    });

    const ping = await agent.call('bridge_ping');
    for (const token of [/Claude Bridge online/, /Channels: \d+/, /Messages: \d+/, /Server time: \d/]) {
      expect(ping.text).toMatch(token);
    }
    expect(ping.structured).toMatchObject({
      service: 'claude-bridge',
      version: manifest.version,
      channels: anyNumber,
      messages: anyNumber,
      server_time: timestamp,
    });

    const status = await agent.call('bridge_status', { per_channel: 1 });
    expect(status.text).toContain(`┌─ [${channel}] — 2 total\n│  [`);
    expect(status.text).toMatch(
      new RegExp(`\\] bob @ ${seconds}${from}\\n│ {2}\\{"type":"result"\\}\\n└─{40}`),
    );
    expect(status.text).not.toContain('first');

    const cleared = await agent.call('bridge_clear', { channel });
    expect(cleared.text).toBe(`Cleared 2 message(s) from [${channel}]`);
    expect(cleared.structured).toEqual({ channel, cleared: 2 });
    expect((await stream.take(2)).map(({ event }) => event)).toEqual(['message', 'clear']);
    expect((await agent.call('bridge_receive', { channel })).text).toBe(`[${channel}] — no messages`);

    const stale = await agent.call('bridge_receive', { channel, since_id: second });
    expect(stale.isError).toBe(false);
    expect(stale.text).toMatch(new RegExp(`${second.slice(0, 8)}.*not found.*cursor stale`));
    expect(stale.structured).toMatchObject({
      messages: [],
      next_cursor: second,
      warning: 'since_id_not_found',
    });
  });

  test('5.5 what is wrong is an error with a code, by the same rules as on every way in (10.1 rows 23 and 24)', async () => {
    const agent = await connect(transport());
    const good = { channel: 'wrong', sender: 's', content: 'c' };
    const refused: [
      tool: string,
      input: Record<string, unknown>,
      code: string,
      field: string,
      says?: RegExp,
    ][] = [
      ['bridge_send', { ...good, content: '' }, 'required', 'content'],
      ['bridge_send', { ...good, content: 'x'.repeat(131_073) }, 'too_large', 'content'],
      ['bridge_send', { ...good, content: 'a\u0000b' }, 'nul_byte', 'content'],
      ['bridge_send', { ...good, channel: ' x' }, 'surrounding_whitespace', 'channel'],
      ['bridge_send', { ...good, sender: 7 }, 'invalid_type', 'sender'],
      ['bridge_send', {}, 'invalid_type', 'channel'],
      ['bridge_send', { ...good, message: {} }, 'invalid_value', 'content'],
      ['bridge_send', { channel: 'wrong', sender: 's' }, 'required', 'content'],
      ['bridge_send', { ...good, idempotency_key: ' k' }, 'surrounding_whitespace', 'idempotency_key'],
      ['bridge_receive', {}, 'invalid_type', 'channel'],
      ['bridge_wait', { channel: 'wrong' }, 'required', 'cursor', /since_id or consumer_id/],
      [
        'bridge_ack',
        { channel: 'wrong', consumer_id: 'c', message_id: 'none' },
        'not_found',
        'message_id',
        /no such message/,
      ],
      ['bridge_clear', { channel: '' }, 'required', 'channel'],
    ];
    for (const [tool, input, code, field, says = new RegExp(field)] of refused) {
      const outcome = await agent.call(tool, input);
      expect([tool, field, outcome]).toEqual([
        tool,
        field,
        {
          isError: true,
          text: textLike(says),
          structured: { error: anyText, code, field, message: anyText },
        },
      ]);
    }
    expect((await agent.call('bridge_nothing')).isError).toBe(true);
    expect((await list(relay, 'wrong')).messages).toEqual([]);
  });
});

describe('5.3 inputs', () => {
  let agent: Agent;
  const texts = ({ structured }: ToolOutcome) =>
    (structured['messages'] as { content: string }[]).map(({ content }) => content).join('');

  test('extra arguments are ignored, an empty since_id is none, and limits are moved into their range', async () => {
    agent = await connect(transports['Streamable HTTP']());
    for (let n = 0; n < 8; n++) await send(relay, { channel: 'inputs', content: `${n}` });
    const receive = async (input: Record<string, unknown>) =>
      texts(await agent.call('bridge_receive', { channel: 'inputs', ...input }));
    expect(await receive({ colour: 'blue', since_id: '' })).toBe('01234567');
    expect(await receive({ limit: 2 })).toBe('67');
    expect(await receive({ limit: 0 })).toBe('7');
    expect(await receive({ limit: -3 })).toBe('7');
    expect(await receive({ limit: 9999 })).toBe('01234567');
  });

  test('bridge_status shows five messages per channel by default, their first 120 characters on one line', async () => {
    await send(relay, { channel: 'preview', content: `${'🦊'.repeat(100)}\n${'x'.repeat(50)}` });
    agent = await connect(transports['Streamable HTTP']());
    const { text } = await agent.call('bridge_status');
    expect(text.split('\n')).toContain(`│  ${'🦊'.repeat(100)} ${'x'.repeat(19)}…`);
    const box = text.slice(text.indexOf('┌─ [inputs]')).split('└')[0] ?? '';
    expect(box.match(/^│ {2}\[/gm)).toHaveLength(5);
  });

  test('every tool has a title and says how harmful it is', async () => {
    agent = await connect(transports['Streamable HTTP']());
    const { tools: listed } = await agent.client.listTools();
    const hints = (tool: string) => listed.find(({ name }) => name === tool)?.annotations;
    for (const tool of ['bridge_receive', 'bridge_wait', 'bridge_channels', 'bridge_ping', 'bridge_status']) {
      expect(hints(tool)).toMatchObject({ readOnlyHint: true, openWorldHint: false, title: anyText });
    }
    expect(hints('bridge_send')).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    expect(hints('bridge_ack')).toMatchObject({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
    });
    expect(hints('bridge_clear')).toMatchObject({ destructiveHint: true, idempotentHint: true });
  });
});

test('on an empty relay: no channels, nothing active, all zero', async () => {
  await using empty = await startRelay();
  const agent = await connect(new StreamableHTTPClientTransport(new URL('/mcp', empty.url)));
  expect((await agent.call('bridge_channels')).text).toBe('No active channels yet.');
  expect((await agent.call('bridge_status')).text).toBe('No active channels.');
  expect((await agent.call('bridge_ping')).structured).toMatchObject({ channels: 0, messages: 0 });
});

test('10.2 messages sent by REST and by MCP cannot be told apart', async () => {
  const agent = await connect(transports['Streamable HTTP']());
  await send(relay, { channel: 'twins', sender: 's', content: 'c' });
  await agent.call('bridge_send', { channel: 'twins', sender: 's', content: 'c' });
  const [rest, mcp] = (await list(relay, 'twins')).messages;
  expect(Object.keys(mcp ?? {})).toEqual(Object.keys(rest ?? {}));
  expect(mcp).toMatchObject({ sender: 's', preview: 'c', is_json: false });
});

describe('5.2 HTTP+SSE on the wire', () => {
  test('the first frame is the relative address to post to, and posts are 202 Accepted', async () => {
    using stream = await openEvents(relay, '/sse');
    await stream.received('\r\n\r\n');
    // The data is no JSON, so the frame is read as it is.
    const path = /^event: endpoint\r\ndata: (\/messages\/\?session_id=[\da-f]{32})\r\n\r\n/.exec(
      stream.text,
    )?.[1];
    expect(path).toBeDefined();
    const answer = await post(relay, path ?? '', { jsonrpc: '2.0', id: 1, method: 'ping' });
    expect([answer.status, answer.text]).toEqual([202, 'Accepted']);
    await stream.received('"id":1');
    expect(stream.text).toMatch(/event: message\r\ndata: \{[^\n]*"id":1[^\n]*\}\r\n\r\n$/);
    expect((await post(relay, path ?? '', '[]')).status).toBe(400);
    expect((await post(relay, path ?? '', '{')).status).toBe(400);
  });

  test.each([
    ['/messages/', 400],
    ['/messages/?session_id=', 400],
    ['/messages/?session_id=not-hex', 400],
    ['/messages/?session_id=0123456789abcdef0123456789abcdef', 404],
  ])('POST %s is %i', async (path, status) => {
    const answer = await post(relay, path, { jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test('POST /sse is 405, and /messages without its slash is nothing', async () => {
    expect((await post(relay, '/sse', {})).status).toBe(405);
    expect((await post(relay, '/messages?session_id=x', {})).status).toBe(404);
  });
});

describe('5.2 Streamable HTTP on the wire', () => {
  const accept = { Accept: 'application/json, text/event-stream' };
  const initialize = (protocolVersion: string) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'wire', version: '1' } },
  });

  test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'initialize with %s echoes it and opens a session, which ends with DELETE',
    async (version) => {
      const opened = await post(relay, '/mcp', initialize(version), accept);
      expect(opened.status).toBe(200);
      expect(opened.text).toContain(`"protocolVersion":"${version}"`);
      const session = { 'Mcp-Session-Id': String(opened.headers['mcp-session-id']) };
      expect(session['Mcp-Session-Id']).toMatch(/^[\da-f]{32}$/);
      const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
      const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
      const notified = await post(relay, '/mcp', notification, { ...accept, ...session });
      expect([notified.status, notified.text]).toEqual([202, '']);
      expect((await post(relay, '/mcp', ping, { ...accept, ...session })).status).toBe(200);
      expect((await call(relay, 'DELETE', '/mcp', { headers: session })).status).toBe(200);
      expect((await post(relay, '/mcp', ping, { ...accept, ...session })).status).toBe(404);
    },
  );

  test.each([
    ['no session', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, {}, 400],
    [
      'an unknown session',
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { 'Mcp-Session-Id': '0'.repeat(32) },
      404,
    ],
    ['neither JSON nor a stream accepted', initialize('2025-06-18'), { Accept: 'text/html' }, 406],
    ['a batch', [initialize('2025-06-18')], {}, 400],
    ['no JSON', '{', {}, 400],
    ['no JSON-RPC', { hello: 'there' }, {}, 400],
    ['the probe of newer clients', { jsonrpc: '2.0', id: 1, method: 'server/discover', params: {} }, {}, 400],
  ])('POST with %s', async (_name, body, headers, status) => {
    const answer = await post(relay, '/mcp', body, { ...accept, ...headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
  });

  test('PUT is 405 with the right Allow', async () => {
    const answer = await call(relay, 'PUT', '/mcp', { body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow?.split(', ').toSorted()).toEqual(['DELETE', 'GET', 'POST']);
  });

  test('the token is asked for, and tools work with it', async () => {
    await using guarded = await startRelay({ args: ['--auth-token', 'example'] });
    expect((await post(guarded, '/mcp', initialize('2025-06-18'), accept)).status).toBe(401);
    expect((await get(guarded, '/sse')).status).toBe(401);
    const url = new URL('/mcp', guarded.url);
    const headers = { Authorization: 'Bearer example' };
    const agent = await connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    await agent.call('bridge_send', { channel: 'guarded', sender: 's', content: 'c' });
    expect(await state(guarded, bearer('example'))).toMatchObject({ total_messages: 1 });
  });
});

describe('5.2 stdio on the wire', () => {
  test('nothing but JSON-RPC lines on standard output, and 0 at the end of the input', async () => {
    await using program = spawnProgram({ args: ['--stdio', '--log-level', 'trace', '--auth-token', 'x'] });
    const request = (id: number, method: string, params: object) =>
      program.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    request(1, 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'wire', version: '1' },
    });
    await program.printed('"id":1');
    request(2, 'tools/call', {
      name: 'bridge_send',
      arguments: { channel: 'stdio', sender: 's', content: 'line\u2028break' },
    });
    // Work that is under way when the input ends is answered.
    program.stdin.end();
    expect(await program.exited).toEqual({ code: 0, signal: null });
    const lines = program.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    expect(lines.map(({ id }) => id)).toEqual([1, 2]);
    expect(program.stderr).not.toMatch(/"level":(50|60)|line.break/);
  });

  test('10.1 row 44: it serves whoever started it, so no token and no network rule applies', async () => {
    await using program = spawnProgram({ args: ['--stdio', '--host', '0.0.0.0'] });
    program.stdin.end();
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stdout).toBe('');
  });
});
