import { describe, expect, test } from 'vitest';
import { findProgram } from '../../src-main/clients/find-program.ts';
import { configFile, type Place } from '../../src-main/clients/place.ts';
import { howToSpawn } from '../../src-main/clients/run-program.ts';
import type { Scope } from '../../src-shared/connect/client.ts';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import { cmdArguments } from '../shared/connect/windows-shells.ts';

const linux: Place = { env: {}, platform: 'linux', home: '/home/ada', directory: '/project' };
const windows: Place = { env: {}, platform: 'win32', home: 'C:\\Users\\ada', directory: 'D:\\project' };

describe('where clients keep their servers', () => {
  test.each<[ConfiguredClientId, Scope, string, string]>([
    ['claude', 'user', '/home/ada/.claude.json', 'C:\\Users\\ada\\.claude.json'],
    ['claude', 'project', '/project/.mcp.json', 'D:\\project\\.mcp.json'],
    ['codex', 'user', '/home/ada/.codex/config.toml', 'C:\\Users\\ada\\.codex\\config.toml'],
    ['gemini', 'user', '/home/ada/.gemini/settings.json', 'C:\\Users\\ada\\.gemini\\settings.json'],
    ['gemini', 'project', '/project/.gemini/settings.json', 'D:\\project\\.gemini\\settings.json'],
    ['cursor', 'user', '/home/ada/.cursor/mcp.json', 'C:\\Users\\ada\\.cursor\\mcp.json'],
    ['cursor', 'project', '/project/.cursor/mcp.json', 'D:\\project\\.cursor\\mcp.json'],
    ['mcp-json', 'project', '/project/.mcp.json', 'D:\\project\\.mcp.json'],
  ])('%s, %s', (client, scope, onLinux, onWindows) => {
    expect(configFile(client, scope, linux)).toBe(onLinux);
    expect(configFile(client, scope, windows)).toBe(onWindows);
  });

  test.each<[ConfiguredClientId, string, string]>([
    ['claude', 'CLAUDE_CONFIG_DIR', '/elsewhere/.claude.json'],
    ['codex', 'CODEX_HOME', '/elsewhere/config.toml'],
    ['gemini', 'GEMINI_CLI_HOME', '/elsewhere/.gemini/settings.json'],
  ])('%s is moved by %s', (client, variable, path) => {
    expect(configFile(client, 'user', { ...linux, env: { [variable]: '/elsewhere' } })).toBe(path);
  });
});

describe('a program on the PATH', () => {
  const found = (place: Place, files: string[]) =>
    findProgram('claude', place, (path) => files.includes(path));

  test('is the first file that can be run, and none in a relative folder', () => {
    const place = { ...linux, env: { PATH: 'bin:/a:/b:/c' } };
    expect(found(place, ['bin/claude', '/b/claude', '/c/claude'])).toBe('/b/claude');
    expect(found(place, [])).toBeUndefined();
  });

  test('on Windows has one of the endings that PATHEXT names, whatever the case of the variables', () => {
    const env = { Path: 'C:\\npm;C:\\bin', PathExt: '.EXE;.CMD' };
    const files = ['C:\\npm\\claude', 'C:\\npm\\claude.cmd', 'C:\\bin\\claude.exe'];
    expect(found({ ...windows, env }, files)).toBe('C:\\npm\\claude.cmd');
    expect(found({ ...windows, env: { PATH: 'C:\\bin' } }, files)).toBe('C:\\bin\\claude.exe');
  });
});

describe('a program is run', () => {
  const args = ['mcp', 'add', '--header', 'Authorization: Bearer ${CLAUDE_BRIDGE_TOKEN}', '100% "sure"'];

  test.each([
    ['/usr/bin/claude', 'linux'],
    ['C:\\bin\\claude.exe', 'win32'],
  ] as const)('directly: %s', (program, platform) => {
    expect(howToSpawn(program, args, platform)).toEqual({ file: program, words: args, verbatim: false });
  });

  test('by cmd if it is a batch file, with words that arrive as they are', () => {
    const program = 'C:\\Program Files\\npm\\claude.cmd';
    const { file, words, verbatim } = howToSpawn(program, args, 'win32');
    expect({ file, verbatim, flags: words.slice(0, 3) }).toEqual({
      file: 'cmd.exe',
      verbatim: true,
      flags: ['/d', '/s', '/c'],
    });
    // What /s makes of it: the outermost quotation marks go.
    const line = words[3]?.replace(/^"(.*)"$/, '$1') ?? '';
    expect(cmdArguments(line)).toEqual([program, ...args]);
  });
});
