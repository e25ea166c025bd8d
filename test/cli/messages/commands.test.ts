import { writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../../../src-shared/client/api-client.ts';
import {
  runProgram,
  scratchDirectory,
  spawnProgram,
  startRelay,
  type Relay,
  type Result,
} from '../../support/program.ts';

/** The commands as scripts use them: arguments in, JSON Lines and an exit code out. */

let relay: Relay;
let client: ApiClient;

beforeAll(async () => {
  relay = await startRelay();
  client = new ApiClient({ url: relay.url });
});

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return runProgram(args, { home: relay.home, env });
}

/** The JSON Lines of a command that must succeed. */
async function lines(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await run(args);
  expect([code, stderr]).toEqual([0, '']);
  return parsed(stdout);
}

function parsed(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function contents(channel: string): Promise<unknown[]> {
  const { messages } = await client.messages({ channel, full: true });
  return messages.map(({ content, message }) => message ?? content);
}

describe('send', () => {
  test('stores text and says where', async () => {
    const [sent] = await lines('send', 'send:text', 'Hello there', '--sender', 'orion');
    expect(sent).toMatchObject({ channel: 'send:text', deduplicated: false, listening: { nobody: true } });
    expect((await client.messages({ channel: 'send:text' })).messages).toMatchObject([
      { id: sent?.['id'], sender: 'orion', preview: 'Hello there' },
    ]);
  });

  test.each([[['-']], [[]]])('reads text from standard input: %j', async (args) => {
    const channel = `send:input${args.length}`;
    await using program = spawnProgram({ args: ['send', channel, ...args], home: relay.home });
    program.stdin.end('two\nlines é\n');
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(await contents(channel)).toEqual(['two\nlines é']);
    const { messages } = await client.messages({ channel });
    expect(messages[0]?.sender).toBe(`${userInfo().username}@${hostname()}`);
  });

  test('makes an envelope of its options', async () => {
    const [question] = await lines('send', 'send:envelope', 'Which?', '--type', 'question', '--to', 'vega');
    const id = String(question?.['id']);
    await lines('send', 'send:envelope', '--field', 'goal=a=b', '--field', 'n:=[1]', '--thread', 't/1');
    await lines('send', 'send:envelope', 'This', '--reply-to', id, '--sender', 'vega');
    expect(await contents('send:envelope')).toEqual([
      { schema_version: 1, type: 'question', content: 'Which?', recipient: 'vega' },
      { schema_version: 1, type: 'message', content: { goal: 'a=b', n: [1] }, thread_id: 't/1' },
      { schema_version: 1, type: 'answer', content: 'This', reply_to: id },
    ]);
  });

  test('takes the content or the whole envelope from a file', async () => {
    const file = join(scratchDirectory(), 'message.json');
    writeFileSync(file, '{"goal":"test"}');
    await lines('send', 'send:json', '--json', file, '--type', 'task');
    writeFileSync(file, '{"schema_version":1,"type":"status","content":"on","thread_id":"t"}');
    await lines('send', 'send:json', '--json', file, '--thread', 'other');
    expect(await contents('send:json')).toEqual([
      { schema_version: 1, type: 'task', content: { goal: 'test' } },
      { schema_version: 1, type: 'status', content: 'on', thread_id: 'other' },
    ]);
  });

  test('with a key stores a message once, and another one not at all', async () => {
    const same = ['send', 'send:key', 'once', '--key', 'k1', '--sender', 'orion'];
    const [first] = await lines(...same);
    const [again] = await lines(...same);
    expect(again).toMatchObject({ id: first?.['id'], deduplicated: true });
    const other = await run(['send', 'send:key', 'other', '--key', 'k1', '--sender', 'orion']);
    expect(other).toMatchObject({ code: 9, stdout: '' });
  });

  test('waits for the acknowledgement of the one it is for', async () => {
    await using program = spawnProgram({
      args: ['send', 'send:ack', 'Do it', '--type', 'task', '--to', 'orion', '--wait-ack', '60'],
      home: relay.home,
    });
    await program.printed('\n');
    const id = String(parsed(program.stdout)[0]?.['id']);
    await client.ack({ channel: 'send:ack', consumer_id: 'vega', message_id: id });
    await client.ack({ channel: 'send:ack', consumer_id: 'orion', message_id: id });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(parsed(program.stdout)[1]).toMatchObject({ id, acked_by: 'orion' });
  });

  test('gives up waiting with exit code 8, and says that the message is stored', async () => {
    const { code, stdout, stderr } = await run(['send', 'send:ack', 'x', '--wait-ack', '0.2001']);
    expect(code).toBe(8);
    expect(parsed(stdout)).toHaveLength(1);
    expect(stderr).toMatch(/^error: nobody has acknowledged .* it is stored\n$/);
  });

  test.each([
    [['text', '--field', 'a=b'], 'not several'],
    [['--field', 'novalue'], '--field must be'],
    [['--field', 'a:=no json'], 'the field a is not JSON'],
    [['--json', '/nowhere.json'], 'cannot read /nowhere.json'],
    [['text', '--wait-ack', 'long'], '--wait-ack must be'],
    [['text', '--sender', ' blank'], 'sender must not start'],
    [['text', '--type', 'No Type'], 'type'],
  ])('refuses what it cannot send with exit code 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['send', 'send:refused', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
  });
});

describe('receive, ack and wait', () => {
  test('read on from where a reader has acknowledged', async () => {
    for (const content of ['one', 'two']) await client.send({ channel: 'read:a', sender: 'orion', content });
    const first = await lines('receive', 'read:a', '--consumer', 'me', '--limit', '1');
    expect(first).toMatchObject([{ content: 'one', channel: 'read:a', encoding: 'legacy_text' }]);
    const [acked] = await lines('ack', 'read:a', String(first[0]?.['id']), '--consumer', 'me');
    expect(acked).toMatchObject({ consumer_id: 'me', advanced: true });
    expect(await lines('receive', 'read:a', '--consumer', 'me', '--ack')).toMatchObject([{ content: 'two' }]);
    expect(await lines('receive', 'read:a', '--consumer', 'me')).toEqual([]);
    expect(await lines('receive', 'read:a', '--before', String(acked?.['last_message_id']))).toEqual([]);
  });

  test('list only what is open', async () => {
    await lines('send', 'read:open', 'Which?', '--type', 'question');
    await lines('send', 'read:open', 'By the way');
    expect(await lines('receive', 'read:open', '--open')).toMatchObject([{ message: { content: 'Which?' } }]);
  });

  test('say with exit code 7 that a cursor or message is not known', async () => {
    expect(await run(['receive', 'read:a', '--since', 'nothing'])).toMatchObject({ code: 7, stdout: '' });
    expect(await run(['ack', 'read:a', 'nothing', '--consumer', 'me'])).toMatchObject({ code: 7 });
    expect(await run(['wait', 'read:a', '--since', 'nothing'])).toMatchObject({ code: 7, stdout: '' });
    expect(await run(['tail', '--since', 'nothing'])).toMatchObject({ code: 7, stdout: '' });
  });

  test('a wait ends with the message that comes', async () => {
    await client.send({ channel: 'wait:a', sender: 'orion', content: 'old' });
    await using program = spawnProgram({ args: ['wait', 'wait:a', '--timeout', '60'], home: relay.home });
    await expect.poll(async () => (await client.state()).waiters, { timeout: 10_000 }).toBe(1);
    await client.send({ channel: 'wait:a', sender: 'orion', content: 'new' });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(parsed(program.stdout)).toMatchObject([{ content: 'new' }]);
  });

  test('a wait on a channel without a message ends with its first one', async () => {
    await using program = spawnProgram({ args: ['wait', 'wait:first', '--timeout', '60'], home: relay.home });
    await expect.poll(async () => (await client.state()).sse_subscribers, { timeout: 10_000 }).toBe(1);
    await client.send({ channel: 'wait:first', sender: 'orion', content: 'first' });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(parsed(program.stdout)).toMatchObject([{ content: 'first' }]);
  });

  test('a wait for a reader takes what is there, and acknowledges it on request', async () => {
    await client.send({ channel: 'wait:me', sender: 'orion', content: 'there' });
    const command = ['wait', 'wait:me', '--consumer', 'me', '--ack', '--timeout'];
    expect(await lines(...command, '60')).toMatchObject([{ content: 'there' }]);
    expect(await run([...command, '0.3001'])).toMatchObject({
      code: 8,
      stdout: '',
      stderr: 'error: no message came within 0.3001 s\n',
    });
  });

  test('a wait may be longer than a timer', async () => {
    await using program = spawnProgram({ args: ['wait', 'wait:long', '--timeout', '1e9'], home: relay.home });
    await expect.poll(async () => (await client.state()).sse_subscribers, { timeout: 10_000 }).toBe(1);
    await client.send({ channel: 'wait:long', sender: 'orion', content: 'at last' });
    expect(await program.exited).toEqual({ code: 0, signal: null });
  });
});

describe('tail', () => {
  test('prints the newest messages of all channels or of some, in the order in which they came', async () => {
    const other = await startRelay();
    const there = new ApiClient({ url: other.url });
    for (let i = 0; i < 6; i++) {
      await there.send({ channel: `tail:${i % 3}`, sender: 'orion', content: String(i) });
    }
    const tail = async (...args: string[]) => {
      const { stdout } = await runProgram(['tail', ...args], { home: other.home });
      return parsed(stdout).map(({ content }) => content);
    };
    expect(await tail()).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(await tail('-n', '2')).toEqual(['4', '5']);
    expect(await tail('-n', '0')).toEqual([]);
    expect(await tail('tail:0', 'tail:2', '-n', '3')).toEqual(['2', '3', '5']);
    const { messages } = await there.messages({ channel: 'tail:1' });
    expect(await tail('--since', messages[0]?.id ?? '')).toEqual(['2', '3', '4', '5']);
  });

  test('pages through more than one answer holds', async () => {
    const other = await startRelay({ args: ['--max-page-bytes', '131072'] });
    const there = new ApiClient({ url: other.url });
    const big = 'x'.repeat(40_000);
    for (let i = 0; i < 12; i++) {
      await there.send({ channel: 'tail:big', sender: 'orion', content: `${i} ${big}` });
    }
    const { stdout } = await runProgram(['tail', '-n', '100'], { home: other.home });
    expect(parsed(stdout).map(({ content }) => parseInt(String(content)))).toEqual([...Array(12).keys()]);
  });

  test('ends quietly when nobody reads any more', async () => {
    await client.send({ channel: 'tail:gone', sender: 'orion', content: 'x'.repeat(1_000) });
    await using program = spawnProgram({ args: ['tail', 'tail:gone', '-f'], home: relay.home });
    await program.printed('\n');
    program.closeOutput();
    await client.send({ channel: 'tail:gone', sender: 'orion', content: 'more' });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.stderr).toBe('');
  });
});

test('a paused relay says so to those who read, and takes what is sent', async () => {
  const other = await startRelay();
  const owner = new ApiClient({ url: other.url, token: () => other.localToken });
  await owner.send({ channel: 'demo:a', sender: 'orion', content: 'before' });
  await owner.call({ method: 'POST', path: '/api/relay/pause', body: {} });
  const there = (...args: string[]) => runProgram(args, { home: other.home });
  for (const command of [
    ['receive', 'demo:a'],
    ['tail', 'demo:a'],
    ['search', 'before'],
  ]) {
    const { code, stdout, stderr } = await there(...command);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^warning: the relay is paused: [^\n]*\n$/);
  }
  const waited = await there('wait', 'demo:a', '--consumer', 'me', '--timeout', '2');
  expect(waited.code).toBe(8);
  expect(waited.stderr.match(/paused/g)).toHaveLength(1);
  expect(parsed((await there('send', 'demo:a', 'meanwhile')).stdout)).toMatchObject([{ paused: true }]);
});

describe('channels, agents, status, search and clear', () => {
  test('say what there is', async () => {
    await client.send({ channel: 'list:a', sender: 'lister', content: 'searchable-word here' });
    expect(await lines('channels')).toContainEqual(expect.objectContaining({ id: 'list:a', count: 1 }));
    expect(await lines('agents')).toContainEqual(expect.objectContaining({ name: 'lister' }));
    const [status] = await lines('status');
    expect(status).toMatchObject({ service: 'claude-bridge', url: relay.url });
    expect(await lines('search', 'searchable', 'word')).toMatchObject([
      { channel: 'list:a', content: 'searchable-word here' },
    ]);
    expect(await lines('search', '--sender', 'lister', '--channel', 'list:none')).toEqual([]);
    expect(await run(['search'])).toMatchObject({ code: 2, stdout: '' });
  });

  test('a clear needs --yes where nobody can be asked', async () => {
    await client.send({ channel: 'clear:a', sender: 'orion', content: 'x' });
    const refused = await run(['clear', 'clear:a']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--yes');
    expect(await lines('clear', 'clear:a', '--yes')).toEqual([{ channel: 'clear:a', cleared: 1 }]);
  });
});

describe('the relay of a command', () => {
  test('may be elsewhere', async () => {
    const args = ['status', '--url', relay.url];
    expect((await runProgram(args)).code).toBe(0);
    expect((await runProgram(['status'], { env: { CLAUDE_BRIDGE_URL: relay.url } })).code).toBe(0);
  });

  test('is missing with exit code 5, and refuses with exit code 6', async () => {
    expect(await runProgram(['status'])).toMatchObject({ code: 5, stdout: '' });
    expect(await runProgram(['status', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 5 });
    const closed = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-of-the-tests' } });
    const refused = await runProgram(['status', '--url', closed.url, '--token', 'not-the-token']);
    expect(refused).toMatchObject({ code: 6, stdout: '' });
    expect(refused.stderr).toContain('warning: --token is visible');
    expect(refused.stderr).not.toContain('not-the-token');
  });

  test('may be a stranger, which ends with exit code 5', async () => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end('<h1>hello</h1>')).listen(
      0,
      '127.0.0.1',
    );
    const { port } = await new Promise<{ port: number }>((resolve) =>
      server.once('listening', () => resolve(server.address() as { port: number })),
    );
    const url = `http://127.0.0.1:${port}`;
    expect(await runProgram(['channels', '--url', url])).toMatchObject({ code: 5, stdout: '' });
    server.close();
  });
});

test('output for programs is harmless on a terminal, too', async () => {
  const content = '\u001b[31m \u009b31m \u202e \u2028 \ud83d\ude00';
  await client.send({ channel: 'json:a', sender: 'orion', content });
  const { stdout } = await run(['receive', 'json:a', '--json']);
  expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\u202e|\u2028/u);
  expect(parsed(stdout)[0]?.['content']).toBe(content);
});
