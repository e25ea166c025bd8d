import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ApiClient } from '../../src-shared/client/api-client.ts';
import { fill, leftIn } from '../archive/support.ts';
import { runProgram, scratchDirectory, spawnProgram, startRelay, type Relay } from '../support/program.ts';
import { stallingProxy, type StallingProxy } from '../support/stalling-proxy.ts';
import { canMakeTerminal, runInTerminal } from '../support/terminal.ts';

/** Ctrl-C at commands that would leave something behind. */

const patience = { timeout: 20_000 };
const ballast = 300;

const clientOf = ({ url, localToken }: Relay) => new ApiClient({ url, token: () => localToken });

/** Where a command goes that is to get stuck on its way to `relay`. */
const stuckOnTheWay = ({ url }: StallingProxy, { localToken }: Relay) => ({
  home: scratchDirectory(),
  env: { CLAUDE_BRIDGE_URL: url, CLAUDE_BRIDGE_TOKEN: localToken },
});

/** What a bar switches on has to be off again: a terminal that does not wrap its lines is of no use to a shell. */
function expectNoBarLeft(raw: string): void {
  expect(raw.lastIndexOf('\u001b[?7h')).toBeGreaterThan(raw.lastIndexOf('\u001b[?7l'));
  // eslint-disable-next-line no-control-regex -- the line of the bar is emptied
  expect(raw).toMatch(/\u001b\[2K[^█░]*$/);
}

describe.skipIf(process.platform === 'win32')('Ctrl-C', { timeout: 60_000 }, () => {
  let relay: Relay;
  /** An export of all that it holds. */
  let exported: string;

  beforeAll(async () => {
    const home = scratchDirectory();
    await fill(home, { messages: ballast, bytes: 1_000 });
    relay = await startRelay({ home });
    exported = join(scratchDirectory(), 'messages.jsonl');
    expect(await runProgram(['export', exported], { home })).toMatchObject({ code: 0 });
  });

  test.each(['backup', 'export'])(
    'ends %s without a word, and no part of a file is left',
    async (command) => {
      await using way = await stallingProxy(relay, { down: 100_000 });
      const folder = scratchDirectory();
      const args = [command, join(folder, 'file')];
      await using program = spawnProgram({ ...stuckOnTheWay(way, relay), args });
      await way.stalled;
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.draft$/)]);
      program.signal('SIGINT');
      expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
      expect([program.stdout, program.stderr]).toEqual(['', '']);
      expect(readdirSync(folder)).toEqual([]);
      await expect.poll(() => leftIn(relay), patience).toEqual([]);
    },
  );

  test.each(['backup', 'export'])('leaves the file that %s was to replace as it was', async (command) => {
    await using way = await stallingProxy(relay, { down: 100_000 });
    const folder = scratchDirectory();
    const file = join(folder, 'file');
    writeFileSync(file, 'precious');
    await using program = spawnProgram({ ...stuckOnTheWay(way, relay), args: [command, file, '--force'] });
    await way.stalled;
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test.skipIf(!canMakeTerminal).each([
    ['backup', 'copied 0 bytes'],
    ['export', 'exported 0 bytes'],
  ])(
    'takes what %s shows of its progress off the terminal, which the shell gets back as it was',
    async (command, progress) => {
      await using way = await stallingProxy(relay, { down: 100_000 });
      const file = join(scratchDirectory(), 'file');
      const types = { keys: '\u0003', when: way.stalled };
      const { code, raw } = await runInTerminal([command, file], { ...stuckOnTheWay(way, relay), types });
      expect(code).toBe(130);
      expect(raw).toContain(progress);
      expectNoBarLeft(raw);
      expect(existsSync(file)).toBe(false);
    },
  );

  test('ends import, which says that a part is done; the same import again does the rest', async () => {
    await using other = await startRelay({ args: ['--audit-log'] });
    await using way = await stallingProxy(other, { up: 200_000 });
    await using program = spawnProgram({ ...stuckOnTheWay(way, other), args: ['import', exported] });
    await way.stalled;
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect([program.stdout, program.stderr]).toEqual([
      '',
      'broken off: what the relay has taken over by now stays; the same import again takes over the rest\n',
    ]);

    // The relay notes an import when it is through with what came.
    const client = clientOf(other);
    const imports = async () => (await client.audit({ event: 'import' })).events;
    await expect.poll(imports, patience).toHaveLength(1);
    const done = (await client.state()).total_messages;
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(ballast);
    const rest = await runProgram(['import', exported], { home: other.home });
    expect(rest).toMatchObject({ code: 0, stderr: '' });
    expect(rest.stdout).toContain(`imported ${ballast - done} messages and 0 cursors; ${done} messages`);
    expect((await client.state()).total_messages).toBe(ballast);
    // Somebody who goes away is no fault of the relay.
    expect(other.stderr).not.toMatch(/"level":[56]0/);
  });

  test('ends an import that only looks without a word, for nothing is done', async () => {
    await using other = await startRelay();
    await using way = await stallingProxy(other, { up: 200_000 });
    const args = ['import', exported, '--dry-run'];
    await using program = spawnProgram({ ...stuckOnTheWay(way, other), args });
    await way.stalled;
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect([program.stdout, program.stderr]).toEqual(['', '']);
    expect((await clientOf(other).state()).total_messages).toBe(0);
  });

  test.skipIf(!canMakeTerminal)('takes the bar of import off the terminal before it says so', async () => {
    await using other = await startRelay();
    await using way = await stallingProxy(other, { up: 200_000 });
    const types = { keys: '\u0003', when: way.stalled };
    const { code, raw, text } = await runInTerminal(['import', exported], {
      ...stuckOnTheWay(way, other),
      types,
    });
    expect(code).toBe(130);
    expectNoBarLeft(raw);
    expect(text).toMatch(/broken off: what the relay has taken over by now stays; [^\n]*\n$/);
  });

  test('ends the wait for an acknowledgement, and says that the message is stored', async () => {
    const client = clientOf(relay);
    const args = ['send', 'demo:worker', 'Run the tests', '--to', 'orion', '--wait-ack', '600'];
    await using program = spawnProgram({ args, home: relay.home });
    await program.printed('\n');
    await expect.poll(async () => (await client.state()).sse_subscribers, patience).toBe(1);
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    const { id } = JSON.parse(program.stdout) as { id: string };
    expect(program.stderr).toBe(`nobody has acknowledged ${id} yet; it is stored\n`);
    expect(await client.message(id)).toMatchObject({
      channel: 'demo:worker',
      content: expect.stringContaining('Run the tests') as string,
    });
  });

  test.skipIf(!canMakeTerminal)('says the same on a terminal, with the code of the signal', async () => {
    const args = ['send', 'demo:worker', 'Once more', '--wait-ack', '600'];
    const types = { keys: '\u0003', when: 'nobody listens' };
    const { code, text } = await runInTerminal(args, { home: relay.home, types });
    expect(code).toBe(130);
    expect(text).toMatch(/^sent {2}\[demo:worker\][^]*\^Cnobody has acknowledged \S+ yet; it is stored\n$/);
  });

  test('ends a send without an answer, and says how to send again without storing it twice', async () => {
    await using way = await stallingProxy(relay, { down: 0 });
    const args = ['send', 'demo:once', 'Deploy the page', '--sender', 'mira'];
    await using program = spawnProgram({ ...stuckOnTheWay(way, relay), args });
    await way.stalled;
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect(program.stdout).toBe('');
    const [, key = ''] =
      /^broken off: the message may be stored; send it again with --key (\S+), and it is stored once\n$/.exec(
        program.stderr,
      ) ?? [];
    await expectStoredOnce([...args, '--key', key]);
  });

  test('says the same when the connection is lost, and keeps a key that was given', async () => {
    const way = await stallingProxy(relay, { down: 0 });
    const args = ['send', 'demo:lost', 'Deploy the page', '--sender', 'mira', '--key', 'deploy 17'];
    await using program = spawnProgram({ ...stuckOnTheWay(way, relay), args });
    await way.stalled;
    await way[Symbol.asyncDispose]();
    expect(await program.exited).toEqual({ code: 5, signal: null });
    expect(program.stdout).toBe('');
    expect(program.stderr).toBe(
      `error: no relay answers at ${way.url}: the connection broke off; the message may be stored all the same: ` +
        'send it again with the same key, and it is stored once\n',
    );
    await expectStoredOnce(args);

    // Where nothing listens, nothing is stored.
    const nowhere = { home: relay.home, env: { CLAUDE_BRIDGE_URL: way.url } };
    const refused = await runProgram(args, nowhere);
    expect(refused).toMatchObject({ code: 5, stderr: expect.not.stringContaining('stored') as string });
  });

  test('keeps the key of an envelope', async () => {
    const envelope = { schema_version: 1, type: 'task', content: 'Deploy', dedupe_key: 'deploy 18' };
    const file = join(scratchDirectory(), 'task.json');
    writeFileSync(file, JSON.stringify(envelope));
    await using way = await stallingProxy(relay, { down: 0 });
    const args = ['send', 'demo:envelope', '--json', file, '--sender', 'mira'];
    await using program = spawnProgram({ ...stuckOnTheWay(way, relay), args });
    await way.stalled;
    program.signal('SIGINT');
    await program.exited;
    expect(program.stderr).toContain('send it again with the same key, and it is stored once\n');
    await expectStoredOnce(args);
  });

  /** What was sent once without an answer is sent again. */
  async function expectStoredOnce(args: string[]): Promise<void> {
    const [, channel = ''] = args;
    const again = await runProgram(args, { home: relay.home });
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(again.stdout)).toMatchObject({ deduplicated: true });
    expect((await clientOf(relay).messages({ channel })).messages).toHaveLength(1);
  }

  test('ends a command that reads standard input, and nothing is sent', async () => {
    const before = (await clientOf(relay).state()).total_messages;
    await using program = spawnProgram({ args: ['send', 'demo:worker', '-'], home: relay.home });
    // More than lies in a pipe: when it has gone, somebody reads.
    await new Promise((gone) => program.stdin.write('Half a thought. '.repeat(100_000), gone));
    program.signal('SIGINT');
    expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
    expect((await clientOf(relay).state()).total_messages).toBe(before);
  });
});
