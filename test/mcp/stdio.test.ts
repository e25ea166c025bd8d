import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createMcp, type Mcp } from '../../src-main/mcp/index.ts';
import type { Relay } from '../../src-main/relay/relay.ts';
import { principals } from '../../src-main/security/principal.ts';
import { startRelay } from './bridge-over-http.ts';
import { LineClient } from './line-client.ts';
import { initialize, rpc, toolCall } from './raw-http.ts';
import { sendDirectly, tester } from './relay-directly.ts';
import { connect } from './sdk-client.ts';

const limits = { maxMcpSessions: 1, mcpSessionIdleSeconds: 60, mcpResultBytes: 65_536 };

describe('standard input and output', () => {
  test('carry the official client, known as the process at the other end', async () => {
    const { input, output, served } = startStdio();
    const { client, call } = await connect(new LineClient(input, output));
    expect(client.getServerVersion()).toMatchObject({ name: 'claude-bridge' });
    await call('bridge_send', { channel: 'x', sender: 'alice', content: 'hello' });
    const { structured } = await call('bridge_ping');
    expect(structured).toMatchObject({
      messages: 1,
      principal: { kind: 'process' },
      client: { name: 'test-agent' },
    });
    input.end();
    await served;
  });

  test('end after every pending answer is written, which all come in one line each', async () => {
    const { relay, input, output, served } = startStdio();
    const receive = relay.receive.bind(relay);
    const ended = once(input, 'end');
    relay.receive = async (query, actor) => {
      await ended;
      return receive(query, actor);
    };
    await sendDirectly(relay, 'x', 'two\nlines \u2028 \u2029 \u0085');
    const calls = [initialize, toolCall('bridge_receive', { channel: 'x' }, 'slow'), rpc('ping', {}, 2)];
    input.end(calls.map((call) => JSON.stringify(call)).join('\n'));
    await served;
    const written = String(output.read());
    expect(linesIn(written).map(({ id }) => id)).toEqual([0, 2, 'slow']);
    // Some readers end a line there, too.
    expect(written).not.toMatch(/[\u0085\u2028\u2029]/);
  });

  test('take bytes as they come: characters and lines may be cut anywhere', async () => {
    const { relay, input, served } = startStdio();
    const content = 'é\u{1f600}';
    const call = toolCall('bridge_send', { channel: 'x', sender: 'alice', content });
    const bytes = Buffer.from(`\r\n\n${JSON.stringify(call)}\r\n`);
    for (const byte of bytes) input.write(Buffer.from([byte]));
    input.end();
    await served;
    expect((await relay.receive({ channel: 'x', limit: 1 }, tester)).messages).toMatchObject([{ content }]);
  });

  test.each([
    ['no JSON', '{"jsonrpc":', -32700, null],
    ['no message', '{"id":5}', -32600, 5],
    ['a batch', '[]', -32600, null],
    ['an initialize that is none', JSON.stringify(rpc('initialize', {}, 5)), -32602, 5],
    ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"server/discover"}', -32601, 1],
    ['deep nesting', '['.repeat(100_000), -32700, null],
    ['too long a line', `"${'x'.repeat(4 * 1024 * 1024)}"`, -32600, null],
  ])('answer %s with an error and go on', async (_what, line, code, id) => {
    const { input, served, lines } = startStdio();
    input.write(`${line}\n`);
    input.end(`${JSON.stringify(rpc('ping', {}, 'after'))}\n`);
    await served;
    expect(lines()).toMatchObject([
      { id, error: { code } },
      { id: 'after', result: {} },
    ]);
  });

  test('are quiet about notifications', async () => {
    const { input, served, lines } = startStdio();
    input.end('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    await served;
    expect(lines()).toEqual([]);
  });

  test('end when nobody reads any more, even with a call under way', async () => {
    const { relay, input, output, served } = startStdio();
    relay.receive = () => new Promise(() => undefined);
    input.write(`${JSON.stringify(toolCall('bridge_receive', { channel: 'x' }))}\n`);
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await served;
  });

  test('end when the input breaks', async () => {
    const { input, served } = startStdio();
    input.destroy(new Error('read EIO'));
    await served;
  });

  test('end when the room is closed; a call under way is answered with an error', async () => {
    const { mcp, relay, input, served, lines } = startStdio();
    const reached = new Promise<void>((resolve) => {
      relay.receive = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    input.write(`${JSON.stringify(toolCall('bridge_receive', { channel: 'x' }, 'mine'))}\n`);
    await reached;
    await mcp.close();
    await served;
    expect(lines()).toMatchObject([{ id: 'mine', error: { message: 'the session has ended' } }]);
  });

  test('stop reading from a client that does not read', async () => {
    const { relay, input, output, served } = startStdio({ highWaterMark: 1024 });
    await sendDirectly(relay, 'x', 'c'.repeat(10_000));
    let calls = 0;
    const receive = relay.receive.bind(relay);
    relay.receive = (query, actor) => {
      calls++;
      return receive(query, actor);
    };
    const line = `${JSON.stringify(toolCall('bridge_receive', { channel: 'x' }))}\n`;
    input.write(line);
    await expect.poll(() => input.isPaused()).toBe(true);
    input.write(line);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(1);
    output.resume();
    await expect.poll(() => calls).toBe(2);
    input.end();
    await served;
  });
});

interface Stdio {
  mcp: Mcp;
  relay: Relay;
  input: PassThrough;
  output: PassThrough;
  served: Promise<void>;
  /** What was written so far; every line is a message. */
  lines: () => { id?: unknown }[];
}

function startStdio(outputOptions = {}): Stdio {
  const relay = startRelay();
  const log = { debug: () => undefined, error: () => undefined };
  const mcp = createMcp({ relay, version: '1', limits: () => limits, log });
  const [input, output] = [new PassThrough(), new PassThrough(outputOptions)];
  const served = mcp.serveStdio({ input, output, principal: principals.process });
  return { mcp, relay, input, output, served, lines: () => linesIn(String(output.read() ?? '')) };
}

function linesIn(text: string): { id?: unknown }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { id?: unknown });
}
