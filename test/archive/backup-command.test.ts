import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { canMakeDisks, diskOfTest } from '../faults/small-disk.ts';
import { eventually } from '../store/support.ts';
import { send } from '../support/http-client.ts';
import { runProgram, scratchDirectory, spawnProgram, startRelay } from '../support/program.ts';
import { canMakeTerminal, runInTerminal } from '../support/terminal.ts';
import { fill, leftIn, sendWithoutEnd } from './support.ts';

/** `claude-bridge backup FILE` (wire specification 1.1). */

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** The ids in a copy, which must be sound. */
function idsIn(file: string): string[] {
  const copy = new Database(file);
  try {
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    return copy.prepare<[], string>('SELECT id FROM messages ORDER BY seq').pluck().all();
  } finally {
    copy.close();
  }
}

describe('claude-bridge backup', () => {
  test('copies the database of the running relay while 16 senders go on', async () => {
    await using relay = await startRelay();
    const senders = sendWithoutEnd(relay);
    await send(relay, { channel: 'room 0' });
    const before = [...senders.acknowledged];
    const file = join(scratchDirectory(), 'copy.db');

    const result = await runProgram(['backup', file], { home: relay.home });
    await senders.stop();

    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/copy\.db \(.* [kM]B\)\n$/);
    const copied = new Set(idsIn(file));
    expect(before.filter((id) => !copied.has(id))).toEqual([]);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(leftIn(relay)).toEqual([]);
  });

  test('copies the database itself when no relay runs, and leaves it as it was', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 50, bytes: 1_000 });
    const database = readFileSync(join(home, 'claude-bridge.db'));
    const result = await runProgram(['backup', 'copy.db'], { home, cwd: home });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(idsIn(join(home, 'copy.db'))).toHaveLength(50);
    expect(readFileSync(join(home, 'claude-bridge.db')).equals(database)).toBe(true);
    expect(readdirSync(home).sort()).toEqual(expect.arrayContaining(['claude-bridge.db', 'copy.db']));
    expect(existsSync(join(home, 'claude-bridge.db-wal'))).toBe(false);
  });

  test('copies the database that --db names, whatever relay runs here', async () => {
    await using relay = await startRelay();
    await send(relay, { channel: 'room' });
    const other = scratchDirectory();
    await fill(other, { messages: 3, bytes: 10 });
    const file = join(other, 'copy.db');
    const args = ['--db', join(other, 'claude-bridge.db'), 'backup', file];
    expect(await runProgram(args, { home: relay.home })).toMatchObject({ code: 0 });
    expect(idsIn(file)).toHaveLength(3);
  });

  test('copies the database of a relay elsewhere, by its address and token', async () => {
    await using relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'example-token' } });
    const { id } = await send(relay, { channel: 'room' }, { Authorization: 'Bearer example-token' });
    const folder = scratchDirectory();
    const run = (file: string, token: string) =>
      runProgram(['backup', join(folder, file), '--url', relay.url], { env: { CLAUDE_BRIDGE_TOKEN: token } });
    expect(await run('copy.db', 'example-token')).toMatchObject({ code: 0 });
    expect(idsIn(join(folder, 'copy.db'))).toEqual([id]);
    expect(await run('refused.db', 'wrong')).toMatchObject({ code: 6, stdout: '' });
    expect(readdirSync(folder).sort()).toEqual(['copy.db']);
  });

  test('takes the place of a file only when told to', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 3, bytes: 10 });
    const file = join(home, 'precious');
    writeFileSync(file, 'precious');
    expect(await runProgram(['backup', file], { home })).toMatchObject({
      code: 9,
      stderr: `error: ${file} exists already\n`,
    });
    await using relay = await startRelay({ home });
    expect(await runProgram(['backup', file], { home })).toMatchObject({ code: 9, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await runProgram(['backup', file, '--force'], { home: relay.home })).toMatchObject({ code: 0 });
    expect(idsIn(file)).toHaveLength(3);
  });

  test('says what is missing: a database, a folder, a relay', async () => {
    const home = scratchDirectory();
    expect(await runProgram(['backup', join(home, 'copy.db')], { home })).toMatchObject({
      code: 7,
      stderr: `error: there is no database ${join(home, 'claude-bridge.db')}\n`,
    });
    await fill(home, { messages: 1, bytes: 10 });
    const file = join(home, 'missing', 'copy.db');
    expect(await runProgram(['backup', file], { home })).toMatchObject({
      code: 4,
      stderr: `error: cannot make the copy ${file}: its folder does not exist\n`,
    });
    expect(await runProgram(['backup', 'copy.db', '--url', 'http://127.0.0.1:9'], { home })).toMatchObject({
      code: 5,
    });
    const text = join(home, 'text');
    writeFileSync(text, 'no database at all, but some text that is long enough for one '.repeat(20));
    expect(await runProgram(['--db', text, 'backup', join(home, 'copy.db')], { home })).toMatchObject({
      code: 4,
      stderr: `error: cannot make the copy ${join(home, 'copy.db')}: the file is not a SQLite database\n`,
    });
    expect(readdirSync(home).filter((name) => name.startsWith('copy'))).toEqual([]);
  });

  test('is no copy of a foreign database', async () => {
    const home = scratchDirectory();
    const foreign = join(home, 'foreign.db');
    new Database(foreign).exec('CREATE TABLE stamps (country TEXT)').close();
    const file = join(home, 'copy.db');
    expect(await runProgram(['--db', foreign, 'backup', file], { home })).toMatchObject({
      code: 4,
      stderr: `error: cannot make the copy ${file}: it is no database of Claude Bridge\n`,
    });
  });

  test.skipIf(!isRoot)('into a folder of somebody else is one sentence', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 1, bytes: 10 });
    const file = join(scratchDirectory(), 'copy.db');
    chmodSync(home, 0o777);
    chmodSync(join(home, 'claude-bridge.db'), 0o666);
    expect(await runProgram(['backup', file], { home, uid: 65_534 })).toMatchObject({
      code: 4,
      stderr: `error: cannot make the copy ${file}: its folder cannot be written\n`,
    });
  });

  test.skipIf(!canMakeDisks)(
    'onto a disk that is too small is one sentence, and leaves nothing',
    async () => {
      const home = scratchDirectory();
      await fill(home, { messages: 100, bytes: 50_000 });
      const disk = diskOfTest(1);
      const full = {
        code: 4,
        stderr: `error: cannot make the copy ${join(disk, 'copy.db')}: the disk is full\n`,
      };
      expect(await runProgram(['backup', join(disk, 'copy.db')], { home })).toMatchObject(full);
      await using relay = await startRelay({ home });
      expect(await runProgram(['backup', join(disk, 'copy.db')], { home: relay.home })).toMatchObject(full);
      expect(readdirSync(disk)).toEqual([]);
    },
  );

  test.skipIf(process.platform === 'win32').for(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing when it is broken off by %s',
    async (signal) => {
      const home = scratchDirectory();
      await fill(home, { messages: 400, bytes: 100_000 });
      const folder = scratchDirectory();
      await using program = spawnProgram({ args: ['backup', join(folder, 'copy.db')], home });
      await eventually(() => readdirSync(folder).length > 0);
      program.signal(signal);
      expect(await program.exited).toEqual({ code: null, signal });
      expect(readdirSync(folder)).toEqual([]);
      expect(program.stdout).toBe('');
    },
  );

  test.skipIf(!canMakeTerminal)('draws how far it is on a terminal', async () => {
    const home = scratchDirectory();
    await fill(home, { messages: 20, bytes: 1_000 });
    const { raw } = await runInTerminal(['backup', join(home, 'copy.db')], { home });
    expect(raw).toMatch(/█+ 100 % {2}copied .* of /);
  });
});
