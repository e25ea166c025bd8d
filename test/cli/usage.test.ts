import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src-main/cli/exit-codes.ts';
import { settingDefinitions, settingKeys } from '../../src-shared/settings.ts';
import { settingGroups } from '../../src-shared/settings/kinds.ts';
import type { Command } from 'commander';
import { examplesFor } from '../../src-main/cli/examples.ts';
import { createProgram } from '../../src-main/cli/program.ts';
import { cliFile, cliPage } from '../../scripts/cli-page.ts';
import { keysPart, terminalFile, withPart } from '../../scripts/terminal-page.ts';
import { cliEntry, runCli, scratchDirectory } from './run-cli.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('claude-bridge --version', () => {
  it('prints the name and the version of the package', async () => {
    using home = scratchDirectory();
    const result = await runCli(['--version'], { home: home.path });
    expect(result).toEqual({ code: 0, stdout: `claude-bridge ${version}\n`, stderr: '' });
  });
});

describe('claude-bridge --help', () => {
  it('lists every setting under its group with flag and variable, and every exit code', async () => {
    using home = scratchDirectory();

    const { code, stdout, stderr } = await runCli(['--help'], { home: home.path });

    expect([code, stderr]).toEqual([0, '']);
    for (const key of settingKeys) {
      const { flag, env } = settingDefinitions[key];
      expect(stdout).toMatch(new RegExp(`^  ${flag} `, 'm'));
      expect(stdout).toContain(env);
    }
    const headings = settingGroups.map((group) => stdout.indexOf(`\n${group}:\n`));
    expect(headings).not.toContain(-1);
    expect(headings).toEqual(headings.toSorted((a, b) => a - b));
    for (const outcome of Object.values(exitCodes))
      expect(stdout).toContain(`${outcome.code}  ${outcome.meaning}`);
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [['--prot', '9000'], "unknown option '--prot' (Did you mean --port?)"],
    [
      ['serve', '--trusted-hosts', 'a.example'],
      "unknown option '--trusted-hosts' (Did you mean --trusted-host?)",
    ],
    [['config', 'show', '--xyzzy'], "unknown option '--xyzzy' (see claude-bridge --help)"],
    [['-q'], "unknown option '-q' (see claude-bridge --help)"],
    [['--port'], "option '--port <number>' argument missing (see claude-bridge --help)"],
    [['--audit-log=yes'], '--audit-log takes no value (see claude-bridge --help)'],
    [['--stdio=yes'], '--stdio takes no value (see claude-bridge --help)'],
    [['--auth-tokn=fictional-secret'], "unknown option '--auth-tokn' (see claude-bridge --help)"],
    [['--auth-token', 'fictional', 'secret'], 'there is no such command'],
    [['sevre'], 'there is no such command'],
    [['config'], 'there is no such command'],
    [['config', 'shw'], 'there is no such command'],
    [['config', 'show', 'secret'], 'there is no such command'],
  ])('is refused with exit code 2 and a hint on one line: %j', async (args, message) => {
    using home = scratchDirectory();

    const result = await runCli(args, { home: home.path });

    expect(result.stderr.split('\n')).toEqual([expect.stringContaining(`error: ${message}`), '']);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).not.toContain('secret');
  });
});

describe('help', () => {
  it('has examples for every command', () => {
    const leaves = (command: Command): Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    const commands = leaves(createProgram(() => undefined));
    expect(commands.length).toBeGreaterThan(25);
    const lacking = commands.filter((command) => examplesFor(command).length === 0);
    expect(lacking.map((command) => command.name())).toEqual([]);
  });
});

describe('docs/cli.md', () => {
  it('says what the definitions of the commands say', () => {
    const written = readFileSync(cliFile, 'utf8');
    expect(written === cliPage(), 'docs/cli.md is stale: run `npm run docs`').toBe(true);
  });
});

describe('docs/terminal.md', () => {
  it('has the keys as they are defined', () => {
    const written = readFileSync(terminalFile, 'utf8');
    const same = written === withPart(written, 'keys', keysPart());
    expect(same, 'docs/terminal.md is stale: run `npm run terminal-page`').toBe(true);
  });
});

describe('output that nobody reads', () => {
  it.each([['--help'], ['config show'], ['config show --json']])(
    'does not make a command fail: %s',
    async (line) => {
      using home = scratchDirectory();
      const child = spawn(process.execPath, [cliEntry, ...line.split(' ')], {
        env: { PATH: process.env['PATH'], CLAUDE_BRIDGE_HOME: home.path },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();

      const ended = await Promise.all([text(child.stderr), once(child, 'close')]);

      expect(ended).toEqual(['', [0, null]]);
    },
  );
});
