import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { ExportLine } from '../../src-shared/export-line.ts';
import { canMakeDisks, diskOfTest } from '../faults/small-disk.ts';
import { get, list, send, state } from '../support/http-client.ts';
import { programEntry, runProgram, scratchDirectory, spawnProgram, startRelay } from '../support/program.ts';
import { canMakeTerminal, runInTerminal } from '../support/terminal.ts';
import { fill, sendWithoutEnd } from './support.ts';

/** `claude-bridge export` and `claude-bridge import` (wire specification 1.1). */

function parse(lines: string): ExportLine[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine);
}

/** Runs a command with something on its standard input. */
async function runWithInput(args: readonly string[], home: string, input: string) {
  await using program = spawnProgram({ args, home });
  program.stdin.end(input);
  const exit = await program.exited;
  return { ...exit, stdout: program.stdout, stderr: program.stderr };
}

describe('claude-bridge export and import', () => {
  test('move everything from one relay to another, while 16 senders go on at both', async () => {
    await using from = await startRelay();
    await using to = await startRelay();
    const senders = [sendWithoutEnd(from), sendWithoutEnd(to)];
    const kept = await send(from, { channel: 'moved', sender: 'atlas', content: 'line\u2028one 🙂' });
    await get(from, '/api/messages?channel=moved&consumer_id=orion');
    const file = join(scratchDirectory(), 'export.jsonl');

    const exported = await runProgram(['export', file], { home: from.home });
    expect(exported).toMatchObject({ code: 0, stderr: '' });
    expect(exported.stdout).toMatch(/export\.jsonl \(.*\)\n$/);
    const imported = await runProgram(['import', file], { home: to.home });
    await Promise.all(senders.map((sender) => sender.stop()));

    const lines = parse(readFileSync(file, 'utf8'));
    const count = lines.filter(({ kind }) => kind === 'message').length;
    expect(imported).toMatchObject({
      code: 0,
      stdout: `imported ${count.toLocaleString('en')} messages and 1 cursor\n`,
      stderr: '',
    });
    expect((await list(to, 'moved', { full: '1' })).messages).toMatchObject([
      { id: kept.id, ts: kept.ts, sender: 'atlas', content: 'line\u2028one 🙂' },
    ]);
    expect(await runProgram(['import', file], { home: to.home })).toMatchObject({
      code: 0,
      stdout: `imported 0 messages and 0 cursors; ${count.toLocaleString('en')} messages and 1 cursor were there already\n`,
    });
  });

  test('work in a pipe', async () => {
    await using relay = await startRelay();
    await send(relay, { channel: 'a', content: 'one' });
    const { id } = await send(relay, { channel: 'b', content: 'two' });
    await send(relay, { channel: 'b', content: 'three' });
    const { code, stdout, stderr } = await runProgram(
      ['export', '--channel', 'b', '--channel', 'c', '--since', id],
      { home: relay.home },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(parse(stdout)).toMatchObject([
      { kind: 'header', channels: ['b', 'c'], since: id },
      { kind: 'message', channel: 'b', content: 'three' },
      { kind: 'end', messages: 1, cursors: 0 },
    ]);
    await using other = await startRelay();
    expect(await runWithInput(['import', '-', '--dry-run'], other.home, stdout)).toMatchObject({
      code: 0,
      stdout: 'would import 1 message and 0 cursors\n',
    });
    expect((await state(other)).total_messages).toBe(0);
    expect(await runWithInput(['import', '-'], other.home, stdout)).toMatchObject({
      code: 0,
      stdout: 'imported 1 message and 0 cursors\n',
    });
    expect((await state(other)).total_messages).toBe(1);
  });

  test('an export whose reader has seen enough ends quietly', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 200, bytes: 50_000 });
    await using relay = await startRelay({ home });
    const child = spawn(process.execPath, [programEntry, 'export'], {
      env: { PATH: process.env['PATH'], CLAUDE_BRIDGE_HOME: relay.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const ended = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(ended).toEqual(['', [0, null]]);
  });

  test('a faulty line ends an import with its number, or is left out', async () => {
    await using relay = await startRelay();
    await send(relay, { channel: 'a' });
    const { stdout } = await runProgram(['export'], { home: relay.home });
    const [header = '', message = '', end = ''] = stdout.trimEnd().split('\n');
    const faulty = message.replace(/"content":"[^"]*"/, '"content":5');
    const fresh = message.replace(/"id":"[^"]*"/, '"id":"fresh"');
    const lines = [header, faulty, fresh, end, ''].join('\n');
    expect(await runWithInput(['import', '-'], relay.home, lines)).toMatchObject({
      code: 2,
      stdout: 'imported 0 messages and 0 cursors\n',
      stderr: 'error: line 2: content must be a string\n',
    });
    expect(await runWithInput(['import', '-', '--on-error', 'skip'], relay.home, lines)).toMatchObject({
      code: 0,
      stdout: 'imported 1 message and 0 cursors\n',
      stderr: 'warning: line 2 was left out: content must be a string\n',
    });
    const cut = [header, fresh, ''].join('\n');
    expect(await runWithInput(['import', '-'], relay.home, cut)).toMatchObject({
      code: 2,
      stdout: 'imported 0 messages and 0 cursors; 1 message and 0 cursors were there already\n',
      stderr: 'error: the export has no end line, so it was cut; all that was there is taken over\n',
    });
  });

  test('a refusal in the middle of a large file is told, not lost with the connection', async () => {
    await using relay = await startRelay();
    await send(relay, { channel: 'a', content: 'x'.repeat(100_000) });
    const [header = '', message = ''] = (await runProgram(['export'], { home: relay.home })).stdout.split(
      '\n',
    );
    const file = join(scratchDirectory(), 'large.jsonl');
    writeFileSync(file, `${header}\nno JSON\n${`${message}\n`.repeat(400)}`);
    expect(await runProgram(['import', file], { home: relay.home })).toMatchObject({
      code: 2,
      stderr: 'error: line 2: the line is not valid JSON\n',
    });
  });

  test('say what is missing: a relay, a file, the right', async () => {
    const home = scratchDirectory();
    expect(await runProgram(['export'], { home })).toMatchObject({ code: 5, stdout: '' });
    expect(await runProgram(['import', 'x'], { home })).toMatchObject({ code: 5, stdout: '' });
    await using relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' } });
    const missing = join(home, 'missing.jsonl');
    expect(await runProgram(['import', missing], { home: relay.home })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(missing) as string,
    });
    expect(await runProgram(['export', join(home, 'no', 'x')], { home: relay.home })).toMatchObject({
      code: 4,
    });
    expect(await runProgram(['export', '--since', 'nope'], { home: relay.home })).toMatchObject({
      code: 7,
      stderr: 'error: since names no message or event\n',
    });
    const run = (token: string) =>
      runProgram(['export', '--url', relay.url], { home, env: { CLAUDE_BRIDGE_TOKEN: token } });
    expect(await run('wrong')).toMatchObject({ code: 6, stdout: '' });
    expect(await run('example-token')).toMatchObject({ code: 0 });
  });

  test('an export takes the place of a file only when told to', async () => {
    await using relay = await startRelay();
    const file = join(scratchDirectory(), 'precious');
    writeFileSync(file, 'precious');
    expect(await runProgram(['export', file], { home: relay.home })).toMatchObject({ code: 9 });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await runProgram(['export', file, '--force'], { home: relay.home })).toMatchObject({ code: 0 });
    expect(parse(readFileSync(file, 'utf8')).at(-1)).toEqual({ kind: 'end', messages: 0, cursors: 0 });
  });

  test.skipIf(!canMakeDisks)('an export onto a disk that is too small leaves nothing', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 100, bytes: 50_000 });
    await using relay = await startRelay({ home });
    const disk = diskOfTest(1);
    expect(await runProgram(['export', join(disk, 'x')], { home: relay.home })).toMatchObject({
      code: 4,
      stderr: `error: cannot make the copy ${join(disk, 'x')}: the disk is full\n`,
    });
    expect(readdirSync(disk)).toEqual([]);
  });

  test.skipIf(!canMakeTerminal)('draw how far they are on a terminal', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 20, bytes: 1_000 });
    await using relay = await startRelay({ home });
    const onTerminal = async (...args: string[]) => (await runInTerminal(args, { home: relay.home })).raw;
    const file = join(home, 'export.jsonl');
    expect(await onTerminal('export', file)).toMatch(/exported [\d.]+ kB/);
    expect(await onTerminal('import', file)).toMatch(/█+ 100 % {2}sent .* of /);
  });
});
