import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programEntry, scratchDirectory, startRelay, type Relay } from '../support/program.ts';

const token = 'a-token-of-the-tests-0123456789';
const header = ['--header', `Authorization: Bearer ${token}`, '--stored-auth-only'];
const require = createRequire(import.meta.url);
let relay: Relay;

beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
});
afterAll(() => relay.stop());

/** Runs the command line of the official Inspector. */
async function inspect(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const manifest = require.resolve('@modelcontextprotocol/inspector/package.json');
  const { bin } = require(manifest) as { bin: Record<string, string> };
  const program = join(manifest, '..', bin['mcp-inspector'] ?? '');
  const home = scratchDirectory();
  const child = spawn(process.execPath, [program, '--cli', ...args], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, out, err };
}

const ways = {
  'Streamable HTTP': (method: string[]) => [`${relay.url}/mcp`, '--transport', 'http', ...header, ...method],
  'HTTP+SSE': (method: string[]) => [`${relay.url}/sse`, '--transport', 'sse', ...header, ...method],
  // Its own data directory: two processes may share one, but this is about the transport.
  stdio: (method: string[]) => [
    ...method,
    process.execPath,
    programEntry,
    '--stdio',
    '--db',
    join(scratchDirectory(), 'bridge.db'),
  ],
};

describe.for(Object.entries(ways))('the Inspector over %s', ([, way]) => {
  test('lists the eight tools', { timeout: 60_000 }, async () => {
    const { code, out, err } = await inspect(way(['--method', 'tools/list']));
    expect(code, out + err).toBe(0);
    const { tools } = JSON.parse(out) as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'bridge_ack',
      'bridge_channels',
      'bridge_clear',
      'bridge_ping',
      'bridge_receive',
      'bridge_send',
      'bridge_status',
      'bridge_wait',
    ]);
  });

  test('calls a tool, and is told when one fails', { timeout: 60_000 }, async () => {
    const call = ['--method', 'tools/call', '--tool-name'];
    const pinged = await inspect(way([...call, 'bridge_ping']));
    expect(pinged.code, pinged.out + pinged.err).toBe(0);
    const refused = await inspect(way([...call, 'bridge_ack']));
    expect(refused.code, refused.out + refused.err).toBe(5);
    expect(refused.out + refused.err).toContain('channel');
  });
});

test('a wrong token is told as such', { timeout: 60_000 }, async () => {
  const wrong = ['--header', 'Authorization: Bearer not-the-token', '--stored-auth-only'];
  const { code } = await inspect([
    `${relay.url}/mcp`,
    '--transport',
    'http',
    ...wrong,
    '--method',
    'tools/list',
  ]);
  expect(code).toBe(3);
});
