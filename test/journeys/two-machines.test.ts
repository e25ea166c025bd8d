import { execFileSync } from 'node:child_process';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, contentsOf, type Agent } from '../mcp/sdk-client.ts';
import {
  programEntry,
  runProgram,
  runtimeFileIn,
  scratchDirectory,
  spawnProgram,
  startRelay,
  type Relay,
} from '../support/program.ts';

/** A machine comes to a relay, works with it, and is shown out again: everything by what people and agents have there. */

/** Where a program of one machine runs: words in front of it, and the address at which it is found. */
interface Machine {
  through: readonly string[];
  address: string;
}

const loopback: Machine = { through: [], address: '127.0.0.1' };

/** Two machines with a cable between them, as far as Linux lets us; undefined where we may not. */
function twoNetworks(): [Machine, Machine] | undefined {
  const names = ['a', 'b'].map((end) => `bridge-test-${process.pid}-${end}`);
  const [a = '', b = ''] = names;
  const addresses = ['10.213.57.1', '10.213.57.2'] as const;
  const cleanUp = () => {
    for (const name of names) tryTo(['netns', 'del', name]);
  };
  const isThere =
    tryTo(['netns', 'add', a]) &&
    tryTo(['netns', 'add', b]) &&
    tryTo(['link', 'add', 'cable-a', 'netns', a, 'type', 'veth', 'peer', 'name', 'cable-b', 'netns', b]) &&
    [a, b].every((name, end) => {
      const cable = end === 0 ? 'cable-a' : 'cable-b';
      return (
        tryTo(['-n', name, 'addr', 'add', `${addresses[end] ?? ''}/24`, 'dev', cable]) &&
        tryTo(['-n', name, 'link', 'set', cable, 'up']) &&
        tryTo(['-n', name, 'link', 'set', 'lo', 'up'])
      );
    });
  if (!isThere) {
    cleanUp();
    return undefined;
  }
  onTestFinished(cleanUp);
  return [
    { through: ['ip', 'netns', 'exec', a], address: addresses[0] },
    { through: ['ip', 'netns', 'exec', b], address: addresses[1] },
  ];
}

function tryTo(words: readonly string[]): boolean {
  try {
    execFileSync('ip', words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** An agent that the other machine's client starts as `join` has set it up: over stdio to the relay elsewhere. */
function agentOn({ through }: Machine, home: string, url: string): Promise<Agent> {
  const words = [
    ...through,
    process.execPath,
    programEntry,
    ...['--stdio', '--url', url, '--token-file', join(home, 'joined.token')],
  ];
  const [command = '', ...args] = words;
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, CLAUDE_BRIDGE_HOME: home };
  return connect(new StdioClientTransport({ command, args, env }), 'vega-agent');
}

async function journey(relay: Relay, [here, there]: readonly [Machine, Machine]): Promise<void> {
  const ours = { home: relay.home, through: here.through };
  const theirs = { home: scratchDirectory(), through: there.through };
  const { port } = new URL(runtimeFileIn(relay.home).url);
  const url = `http://${here.address}:${port}`;

  const pairing = spawnProgram({ ...ours, args: ['pair', '--name', 'vega'] });
  await pairing.printed(/Pairing code: \S+/);
  const [, code = ''] = /Pairing code: (\S+)/.exec(pairing.stdout) ?? [];
  const wrong = await runProgram(['join', url, 'K7QM-4XPD', '--no-clients'], theirs);
  expect(wrong.code).not.toBe(0);
  const joined = await runProgram(['join', url, code, '--no-clients'], theirs);
  expect(joined).toMatchObject({ code: 0 });
  expect(await pairing.exited).toMatchObject({ code: 0 });
  expect(pairing.stdout).toContain(`vega has joined from ${there.address}`);
  const used = await runProgram(['join', url, code, '--no-clients'], { ...theirs, home: scratchDirectory() });
  expect(used.code).not.toBe(0);

  const agent = await agentOn(there, theirs.home, url);
  const asked = await runProgram(['send', 'demo:release', 'Which branch?', '--sender', 'atlas'], ours);
  expect(asked).toMatchObject({ code: 0 });
  expect(contentsOf(await agent.call('bridge_receive', { channel: 'demo:release' }))).toEqual([
    'Which branch?',
  ]);
  await agent.call('bridge_send', { channel: 'demo:release', sender: 'vega', content: 'release/4.2' });
  const heard = await runProgram(['receive', 'demo:release', '--json'], ours);
  expect(heard.stdout).toContain('release/4.2');
  expect(heard.stdout).toMatch(/"label":\s?"vega"/);

  const following = spawnProgram({ ...theirs, args: ['tail', '--follow', 'demo:release'] });
  await following.printed('release/4.2');
  const waiting = agent.call('bridge_wait', {
    channel: 'demo:quiet',
    consumer_id: 'vega',
    timeout_seconds: 240,
  });
  const revoked = await runProgram(['token', 'revoke', 'vega'], ours);
  expect(revoked).toMatchObject({ code: 0 });
  expect(await following.exited).toMatchObject({ code: 6 });
  expect((await waiting).text).toContain('unauthorized');
  expect(await runProgram(['send', 'demo:release', 'Still here'], theirs)).toMatchObject({ code: 6 });
  const after = await runProgram(['receive', 'demo:release', '--json'], ours);
  expect(after.stdout).not.toContain('Still here');
}

describe('pair, join, exchange, revoke', { timeout: 120_000 }, () => {
  test('between two homes on one machine', async () => {
    const relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-for-this-journey' } });
    await journey(relay, [loopback, loopback]);
  });

  test('between two machines with a network between them', async (context) => {
    const machines = twoNetworks();
    if (!machines) {
      context.skip('this user may not make networks of its own (ip netns)');
      return;
    }
    const [here] = machines;
    const relay = await startRelay({ args: ['--host', here.address], through: here.through });
    await journey(relay, machines);
  });
});
