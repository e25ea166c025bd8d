import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateToken, readOrCreateToken } from '../../src-main/security/token-file.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'token-file-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const onPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

test('a generated token carries 256 random bits in characters that need no quoting', () => {
  const tokens = new Set(Array.from({ length: 200 }, generateToken));
  expect(tokens.size).toBe(200);
  for (const token of tokens) expect(token).toMatch(/^cb_shared_[\w-]{43}$/);
});

test('the first start makes a token and the next one finds it', () => {
  const path = join(dir, 'new', 'deeper', 'token');
  const first = readOrCreateToken(path);
  expect(first).toEqual({ token: readFileSync(path, 'utf8').trim(), created: true });
  expect(readOrCreateToken(path)).toEqual({ token: first.token, created: false });
  expect(readdirSync(join(dir, 'new', 'deeper'))).toEqual(['token']);
});

test.runIf(onPosix)('nobody else can read the token, whatever the umask', () => {
  const before = process.umask(0);
  try {
    readOrCreateToken(join(dir, 'private', 'token'));
  } finally {
    process.umask(before);
  }
  expect(statSync(join(dir, 'private')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'private', 'token')).mode & 0o777).toBe(0o600);
});

test('processes that start at the same time agree on one token', async () => {
  const path = join(dir, 'shared', 'token');
  const module = new URL('../../src-main/security/token-file.ts', import.meta.url).href;
  // Each process loads everything first and goes when it is told to, so that they meet.
  const program = `
    import { readOrCreateToken } from ${JSON.stringify(module)};
    process.stdout.write('ready');
    process.stdin.once('data', () => {
      process.stdout.write(JSON.stringify(readOrCreateToken(${JSON.stringify(path)})));
      process.stdin.destroy();
    });`;
  const racers = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program]),
  );
  await Promise.all(racers.map(({ stdout }) => new Promise((resolve) => stdout.once('readable', resolve))));
  const answers = racers.map(({ stdin, stdout }) => {
    stdin.write('go');
    return text(stdout);
  });
  const results = (await Promise.all(answers)).map(
    (answer) => JSON.parse(answer.replace('ready', '')) as { token: string; created: boolean },
  );
  expect(new Set(results.map(({ token }) => token)).size).toBe(1);
  expect(results.filter(({ created }) => created)).toHaveLength(1);
  expect(readdirSync(join(dir, 'shared'))).toEqual(['token']);
});

describe('a file that was written by hand', () => {
  test.each([
    ['surrounding whitespace', '\r\n  hand-made \u00a0\n', 'hand-made'],
    ['a byte order mark', '\ufeffhand-made\r\n', 'hand-made'],
    ['another alphabet', 'klíč-鍵', 'klíč-鍵'],
  ])('is read with %s', (_, content, token) => {
    writeFileSync(join(dir, 'token'), content);
    expect(readOrCreateToken(join(dir, 'token'))).toEqual({ token, created: false });
  });

  test.each([
    ['is empty', '', 'is empty'],
    ['holds only whitespace', ' \n\t\n', 'is empty'],
    ['holds two lines', 'one\ntwo\n', 'must hold one line'],
    ['holds a NUL', 'one\0two', 'must hold one line'],
    ['is UTF-16, as some shells write', Buffer.from('\ufeffhand-made', 'utf16le'), 'is not UTF-8 text'],
    ['is huge', Buffer.alloc(2_000_000, 'x'), 'is too large'],
  ])('is refused when it %s', (_, content, reason) => {
    const path = join(dir, 'token');
    writeFileSync(path, content);
    expect(() => readOrCreateToken(path)).toThrow(`the token file ${path} ${reason}`);
    expect(readFileSync(path)).toEqual(Buffer.from(content));
  });
});

describe('a place that cannot be used is named', () => {
  test('a directory in place of the file', () => {
    expect(() => readOrCreateToken(dir)).toThrow(`the token file ${dir} cannot be read: it is a directory`);
  });

  test('a file in place of the directory', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => readOrCreateToken(join(dir, 'file', 'token'))).toThrow(
      'a part of its path is not a directory',
    );
  });

  test.runIf(onPosix)('a symbolic link to nowhere, which is never written through', () => {
    symlinkSync(join(dir, 'elsewhere'), join(dir, 'token'));
    expect(() => readOrCreateToken(join(dir, 'token'))).toThrow('there is no such file');
    expect(readdirSync(dir)).toEqual(['token']);
  });

  test.runIf(onPosix && !isRoot)('a file or directory without permission', () => {
    mkdirSync(join(dir, 'closed'), { mode: 0o500 });
    expect(() => readOrCreateToken(join(dir, 'closed', 'token'))).toThrow(
      'cannot be written: permission denied',
    );
    writeFileSync(join(dir, 'token'), 'secret');
    chmodSync(join(dir, 'token'), 0);
    expect(() => readOrCreateToken(join(dir, 'token'))).toThrow('cannot be read: permission denied');
  });
});
