import { describe, expect, test } from 'vitest';
import type { Relay } from '../../src-main/relay/relay.ts';
import { startBridge, startRelay, version } from './bridge-over-http.ts';
import { sendDirectly, tester } from './relay-directly.ts';
import { connectHttp, type Agent } from './sdk-client.ts';

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const seconds = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

async function startAgent(): Promise<Agent & { relay: Relay }> {
  const { url, relay } = await startBridge();
  return { ...(await connectHttp(url)), relay };
}

describe('bridge_send', () => {
  test('stores the message and answers its id, position and time in text and structure', async () => {
    const { call, relay } = await startAgent();
    const { text, structured, isError } = await call('bridge_send', {
      channel: 'demo:w',
      sender: 'alice',
      content: 'hello',
    });
    expect(isError).toBe(false);
    const { id, seq, timestamp: time } = structured as { id: string; seq: number; timestamp: string };
    expect(text).toBe(
      `✓ Sent to [demo:w]\n  id: ${id}\n  seq: ${seq}\n  time: ${time}\n  listening: nobody that is known here. ` +
        'Nobody waits, streams or follows this channel as far as this process can see; the message stays until someone asks for it.',
    );
    expect(structured).toEqual({
      id,
      seq: 1,
      channel: 'demo:w',
      sender: 'alice',
      timestamp: time,
      deduplicated: false,
      listening: { waiting: 0, streaming: 0, consumers: [], nobody: true },
    });
    expect(time).toMatch(timestamp);
    expect(await relay.find(id, tester)).toMatchObject({
      channel: 'demo:w',
      sender: 'alice',
      content: 'hello',
    });
  });

  test.each([
    ['an empty content', { content: '' }, 'content', 'required'],
    ['a content that is no text', { content: { a: 1 } }, 'content', 'invalid_type'],
    ['a missing sender', { sender: undefined }, 'sender', 'invalid_type'],
    ['a channel with a blank in front', { channel: ' x' }, 'channel', 'surrounding_whitespace'],
    ['a content with NUL', { content: 'a\0b' }, 'content', 'nul_byte'],
    ['a content above 128 KiB', { content: 'é'.repeat(65_537) }, 'content', 'too_large'],
  ])('refuses %s, with code and field in text and structure', async (_what, change, field, code) => {
    const { call, relay } = await startAgent();
    const answer = await call('bridge_send', { channel: 'x', sender: 'alice', content: 'c', ...change });
    expect(answer.isError).toBe(true);
    const { error } = answer.structured;
    expect(answer.text).toBe(`${String(error)} (${code})`);
    expect(answer.structured).toEqual({ error, code, field, message: error });
    expect(String(error)).toContain(field);
    expect(await relay.totals(tester)).toEqual({ channels: 0, messages: 0 });
  });

  test('ignores arguments that it does not know', async () => {
    const { call } = await startAgent();
    const answer = await call('bridge_send', { channel: 'x', sender: 'alice', content: 'c', urgency: 5 });
    expect(answer.isError).toBe(false);
  });

  test('keeps content byte for byte, whatever it holds', async () => {
    const { call } = await startAgent();
    const content = 'line\r\nline\u2028sep\u2029nel\u0085 tab\t "q" \\ \u{1f600} \u0001 e\u0301 ';
    await call('bridge_send', { channel: 'x', sender: 'alice', content });
    const { text, structured } = await call('bridge_receive', { channel: 'x' });
    expect(structured['messages']).toMatchObject([{ content }]);
    expect(text.endsWith(`\n${content}`)).toBe(true);
  });
});

describe('bridge_receive', () => {
  test('shows each message with position, sender, time and id, then its content', async () => {
    const { call, relay } = await startAgent();
    const one = await sendDirectly(relay, 'x', 'first\nsecond line');
    const two = await sendDirectly(relay, 'x', '{"a":1}', 'bob');
    const { text, structured } = await call('bridge_receive', { channel: 'x' });
    expect(text).toMatch(
      new RegExp(
        [
          String.raw`^\[x\] — 2 message\(s\)`,
          String.raw`━━ \[1\] alice @ ${seconds} \(id: ${one.id}\) from the test`,
          'first',
          'second line',
          '',
          String.raw`━━ \[2\] bob @ ${seconds} \(id: ${two.id}\) from the test`,
          String.raw`\{"a":1\}$`,
        ].join('\n'),
      ),
    );
    expect(structured).toEqual({
      channel: 'x',
      messages: [
        { ...one, encoding: 'legacy_text' },
        { ...two, encoding: 'legacy_json' },
      ],
      next_cursor: two.id,
      previous_cursor: one.id,
      consumer_id: null,
      warning: null,
      truncated: false,
    });
  });

  test('says so when there is nothing, with the cursor it looked after', async () => {
    const { call, relay } = await startAgent();
    const none = await call('bridge_receive', { channel: 'x' });
    expect(none.text).toBe('[x] — no messages');
    expect(none.structured).toMatchObject({ messages: [], next_cursor: null });

    const { id } = await sendDirectly(relay, 'x', 'c');
    const after = await call('bridge_receive', { channel: 'x', since_id: id });
    expect(after.text).toBe(`[x] — no messages after ${id.slice(0, 8)}`);
    expect(after.structured).toMatchObject({ messages: [], next_cursor: id, warning: null });
  });

  test('returns only what is newer than the cursor, oldest first', async () => {
    const { call, relay } = await startAgent();
    const [first] = await sendAll(relay, 'x', ['a', 'b', 'c', 'd']);
    const { structured } = await call('bridge_receive', { channel: 'x', since_id: first?.id, limit: 2 });
    expect(contents(structured)).toEqual(['b', 'c']);
  });

  test('returns the newest messages without a cursor', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'x', ['a', 'b', 'c']);
    expect(contents((await call('bridge_receive', { channel: 'x', limit: 2 })).structured)).toEqual([
      'b',
      'c',
    ]);
  });

  test('takes an empty or null cursor for none', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'x', ['a']);
    for (const since_id of ['', null]) {
      expect(contents((await call('bridge_receive', { channel: 'x', since_id })).structured)).toEqual(['a']);
    }
  });

  test.each(['no-such-id', 'foreign'])(
    'calls a cursor stale that the channel does not know: %s',
    async (kind) => {
      const { call, relay } = await startAgent();
      await sendAll(relay, 'x', ['secret']);
      const [foreign] = await sendAll(relay, 'y', ['other']);
      const since_id = kind === 'foreign' ? (foreign?.id ?? '') : kind;
      const { text, structured, isError } = await call('bridge_receive', { channel: 'x', since_id });
      expect(isError).toBe(false);
      expect(text).toContain(`since_id ${since_id.slice(0, 8)} not found`);
      expect(text).toContain('cursor stale');
      expect(text).not.toContain('secret');
      expect(structured).toMatchObject({
        messages: [],
        next_cursor: since_id,
        warning: 'since_id_not_found',
      });
    },
  );

  test.each([
    [0, 1],
    [-5, 1],
    [501, 500],
    [1e15, 500],
    [undefined, 20],
    [null, 20],
  ])('brings the limit %s into its range', async (limit, expected) => {
    const limits: number[] = [];
    const relay = startRelay();
    const receive = relay.receive.bind(relay);
    relay.receive = (query, actor) => {
      limits.push(query.limit);
      return receive(query, actor);
    };
    const { url } = await startBridge({ relay });
    const { call } = await connectHttp(url);
    await call('bridge_receive', { channel: 'x', limit });
    expect(limits).toEqual([expected]);
  });

  test.each(['20', true, 1.5, [1]])('refuses %j as a limit', async (limit) => {
    const { call } = await startAgent();
    const { isError, structured } = await call('bridge_receive', { channel: 'x', limit });
    expect(isError).toBe(true);
    expect(structured).toMatchObject({ field: 'limit', code: 'invalid_type' });
  });
});

describe('bridge_channels', () => {
  test('lists every channel with its count and last time', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'b', ['1', '2']);
    await sendAll(relay, 'a:x', ['3']);
    const { text, structured } = await call('bridge_channels');
    expect(text).toMatch(
      new RegExp(
        String.raw`^Active channels \(2, 3 total messages\):\n  • a:x \(1 msgs, last: ${seconds}\)\n  • b \(2 msgs, last: ${seconds}\)$`,
      ),
    );
    expect(structured).toEqual({
      channels: [
        { channel: 'a:x', count: 1, last_timestamp: expect.stringMatching(timestamp) as string, epoch: 0 },
        { channel: 'b', count: 2, last_timestamp: expect.stringMatching(timestamp) as string, epoch: 0 },
      ],
      total_channels: 2,
      total_messages: 3,
      next_cursor: null,
      truncated: false,
    });
  });

  test('says so when there are none', async () => {
    const { call } = await startAgent();
    const { text, structured } = await call('bridge_channels');
    expect(text).toBe('No active channels yet.');
    expect(structured).toMatchObject({ channels: [], total_messages: 0 });
  });
});

describe('bridge_ping', () => {
  test('tells totals, time, version, who asks and through which client', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'x', ['a', 'b']);
    const { text, structured } = await call('bridge_ping');
    expect(structured).toEqual({
      service: 'claude-bridge',
      version,
      channels: 1,
      messages: 2,
      server_time: expect.stringMatching(timestamp) as string,
      principal: {
        kind: 'loopback',
        label: 'a client on this machine',
        rights: ['read', 'send', 'clear'],
        channels: {},
      },
      client: { name: 'test-agent', version: '0.1' },
      agents_present: 1,
      agents: ['alice'],
      waiting: 0,
      streaming: 0,
      paused: false,
    });
    expect(text).toMatch(
      new RegExp(
        String.raw`^✓ Claude Bridge online\nChannels: 1\nMessages: 2\nServer time: ${seconds}\n` +
          String.raw`Version: 9\.8\.7\nYou are: a client on this machine \(loopback\)\n` +
          String.raw`Your rights: read, send, clear\nClient: test-agent 0\.1\nAgents present: 1 \(alice\)\nWaiting: 0, streaming: 0$`,
      ),
    );
  });
});

describe('bridge_clear', () => {
  test('empties one channel and tells how much it held', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'x', ['a', 'b']);
    await sendAll(relay, 'y', ['c']);
    const { text, structured } = await call('bridge_clear', { channel: 'x' });
    expect(text).toBe('Cleared 2 message(s) from [x]');
    expect(structured).toEqual({ channel: 'x', cleared: 2 });
    expect(await relay.totals(tester)).toEqual({ channels: 1, messages: 1 });
  });

  test('clearing nothing is fine', async () => {
    const { call } = await startAgent();
    expect((await call('bridge_clear', { channel: 'x' })).text).toBe('Cleared 0 message(s) from [x]');
  });
});

describe('bridge_status', () => {
  test('draws a box per channel with its newest messages, and hands over their whole content', async () => {
    const { call, relay } = await startAgent();
    const [, second] = await sendAll(relay, 'a', ['old', 'two\nlines']);
    await sendAll(relay, 'b', ['x']);
    const { text, structured } = await call('bridge_status', { per_channel: 1 });
    const dashes = '─'.repeat(40);
    expect(text).toMatch(
      new RegExp(
        String.raw`^┌─ \[a\] — 2 total\n│  \[2\] alice @ ${seconds} from the test\n│  two lines\n└${dashes}\n\n` +
          String.raw`┌─ \[b\] — 1 total\n│  \[3\] alice @ ${seconds} from the test\n│  x\n└${dashes}$`,
      ),
    );
    expect(structured).toMatchObject({
      channels: [
        {
          channel: 'a',
          total: 2,
          messages: [{ ...second, encoding: 'legacy_text' }],
          messages_omitted: false,
        },
        { channel: 'b', total: 1 },
      ],
      consumers: [],
      consumers_omitted: 0,
      total_channels: 2,
      total_messages: 3,
      truncated: false,
    });
  });

  test('cuts previews after 120 characters without splitting one', async () => {
    const { call, relay } = await startAgent();
    await sendAll(relay, 'a', ['\u{1f600}'.repeat(120), `${'\u{1f600}'.repeat(120)}!`, 'é\u2028'.repeat(60)]);
    const lines = (await call('bridge_status')).text.split('\n').filter((line) => /^│ {2}[^[]/.test(line));
    expect(lines).toEqual([
      `│  ${'\u{1f600}'.repeat(120)}`,
      `│  ${'\u{1f600}'.repeat(120)}…`,
      `│  ${'é '.repeat(60)}`,
    ]);
  });

  test('says so when there is nothing', async () => {
    const { call } = await startAgent();
    expect((await call('bridge_status')).text).toBe('No active channels.');
  });
});

describe('failures', () => {
  test('an unknown tool is an error that names it', async () => {
    const { call } = await startAgent();
    const { isError, text, structured } = await call('bridge_fly');
    expect(isError).toBe(true);
    expect(text).toContain('bridge_fly');
    expect(structured).toMatchObject({ code: 'not_found', field: 'name' });
  });

  test('a missing right is an error, and nothing happens', async () => {
    const { url, relay } = await startBridge();
    await sendAll(relay, 'x', ['a']);
    const { call } = await connectHttp(url, { Authorization: 'reader' });
    for (const [tool, input] of [
      ['bridge_send', { channel: 'x', sender: 'alice', content: 'b' }],
      ['bridge_clear', { channel: 'x' }],
    ] as const) {
      expect(await call(tool, input)).toMatchObject({ isError: true, structured: { code: 'missing_right' } });
    }
    expect(contents((await call('bridge_receive', { channel: 'x' })).structured)).toEqual(['a']);
  });

  test('what nobody expected is logged, and the caller learns no more than that', async () => {
    const relay = startRelay();
    relay.totals = () => Promise.reject(new Error('a secret in a stack trace'));
    const { url, logged } = await startBridge({ relay });
    const { call } = await connectHttp(url);
    const { isError, text, structured } = await call('bridge_ping');
    expect(isError).toBe(true);
    expect(structured).toMatchObject({ code: 'internal_error' });
    expect(text).not.toContain('secret');
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

async function sendAll(relay: Relay, channel: string, all: string[]) {
  const sent = [];
  for (const content of all) sent.push(await sendDirectly(relay, channel, content));
  return sent;
}

function contents(structured: Record<string, unknown>): string[] {
  return (structured['messages'] as { content: string }[]).map(({ content }) => content);
}
