import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { clientCommands } from '../../../src-shared/client-commands.ts';
import { readTokenFile } from '../../../src-shared/connect/token-commands.ts';
import { cmdArguments } from './windows-shells.ts';

const baseUrl = 'http://127.0.0.1:8765';

/** The words, and on standard input the text, that the client's program receives when a shell runs `command`. */
function received(command: string, env: Record<string, string> = {}): { words: string[]; input: string } {
  const [program = ''] = command.replace(/^.*\| /, '').split(' ');
  const script = `${program}() { printf '%s\\0' "$@"; cat; }\n${command}`;
  const output = execFileSync('sh', ['-c', script], {
    env: { PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
    input: '',
  });
  const parts = output.split('\0');
  return { words: parts.slice(0, -1), input: parts.at(-1) ?? '' };
}

describe('commands without a token', () => {
  const commands = clientCommands({ baseUrl, token: 'none' });

  test('are complete and say nothing about tokens', () => {
    expect(commands).toEqual({
      setToken: undefined,
      claude: 'claude mcp add --scope user --transport http claude-bridge http://127.0.0.1:8765/mcp',
      codex: 'codex mcp add claude-bridge --url http://127.0.0.1:8765/mcp',
      gemini: 'gemini mcp add -s user -t http claude-bridge http://127.0.0.1:8765/mcp',
      curl:
        `curl -s -H 'Content-Type: application/json' -d '{"channel":"demo:hello","sender":"me","content":"Hello"}' ` +
        'http://127.0.0.1:8765/api/send',
      listen: 'curl -sN http://127.0.0.1:8765/events/channel/demo:hello',
    });
  });

  test('a slash at the end of the address is not doubled', () => {
    expect(clientCommands({ baseUrl: `${baseUrl}/`, token: 'none' })).toEqual(commands);
  });

  test('an IPv6 address is quoted', () => {
    const { claude } = clientCommands({ baseUrl: 'http://[::1]:8765', token: 'none' });
    expect(claude).toMatch(/ 'http:\/\/\[::1\]:8765\/mcp'$/);
  });
});

describe('commands with a placeholder', () => {
  const commands = clientCommands({ baseUrl, token: 'placeholder' });
  const env = { CLAUDE_BRIDGE_TOKEN: 'cb_a $HOME "b"' };
  const header = `Authorization: Bearer ${env.CLAUDE_BRIDGE_TOKEN}`;

  test('the shell puts the token into the header, as one word', () => {
    expect(received(commands.claude, env).words.slice(-2)).toEqual(['--header', header]);
    expect(received(commands.gemini, env).words.slice(-2)).toEqual(['--header', header]);
  });

  test('curl reads the header from a pipe, so that nobody sees it among the words', () => {
    for (const command of [commands.curl, commands.listen]) {
      const { words, input } = received(command, env);
      expect(words).toEqual(expect.arrayContaining(['-H', '@-']));
      expect(words.join(' ')).not.toContain('cb_a');
      expect(input).toBe(header);
    }
  });

  test('Codex is told the name of the variable, never the token', () => {
    expect(received(commands.codex, env).words.slice(-2)).toEqual([
      '--bearer-token-env-var',
      'CLAUDE_BRIDGE_TOKEN',
    ]);
  });

  test('the token is asked for, so that it stays out of the shell history', () => {
    expect(commands.setToken).toBe('read -rs CLAUDE_BRIDGE_TOKEN && export CLAUDE_BRIDGE_TOKEN');
  });
});

describe('commands with the token itself', () => {
  test('a token with quotes and dollars reaches the client unchanged', () => {
    const value = `cb_it's "$HOME" \`id\` \\ !x`;
    const commands = clientCommands({ baseUrl, token: { value } });
    expect(received(commands.claude).words.at(-1)).toBe(`Authorization: Bearer ${value}`);
    expect(received(commands.curl).input).toBe(`Authorization: Bearer ${value}`);
    const shown = execFileSync('sh', ['-c', `${commands.setToken ?? ''}; printf %s "$CLAUDE_BRIDGE_TOKEN"`]);
    expect(shown.toString()).toBe(value);
  });
});

describe('commands for Windows', () => {
  test('cmd fills the variable in and hands the same words on', () => {
    const commands = clientCommands({ baseUrl, token: 'placeholder', shell: 'cmd' });
    const env = { CLAUDE_BRIDGE_TOKEN: 'cb_a' };
    expect(cmdArguments(commands.claude, env).slice(-2)).toEqual(['--header', 'Authorization: Bearer cb_a']);
    expect(cmdArguments(commands.curl, env)).toEqual([
      'curl.exe',
      '-s',
      '--variable',
      '%CLAUDE_BRIDGE_TOKEN',
      '--expand-header',
      'Authorization: Bearer {{CLAUDE_BRIDGE_TOKEN}}',
      '-H',
      'Content-Type: application/json',
      '-d',
      '{"channel":"demo:hello","sender":"me","content":"Hello"}',
      'http://127.0.0.1:8765/api/send',
    ]);
  });

  test('PowerShell sends by itself, because it would take the quotation marks away from curl', () => {
    const { curl, listen } = clientCommands({ baseUrl, token: 'placeholder', shell: 'powershell' });
    expect(curl).toBe(
      'Invoke-RestMethod -Method Post -Uri http://127.0.0.1:8765/api/send ' +
        '-Headers @{ Authorization = "Bearer $env:CLAUDE_BRIDGE_TOKEN" } -ContentType \'application/json\' ' +
        `-Body '{"channel":"demo:hello","sender":"me","content":"Hello"}'`,
    );
    expect(listen).toContain(`--variable '%CLAUDE_BRIDGE_TOKEN' --expand-header `);
  });
});

test('a file with the token is named in a way that a start-up file of the shell can hold', () => {
  expect(readTokenFile('posix', '/home/ada/it is/token')).toBe(
    `export CLAUDE_BRIDGE_TOKEN="$(cat '/home/ada/it is/token')"`,
  );
  expect(readTokenFile('powershell', 'C:\\Users\\ada\\Claude Bridge\\token')).toBe(
    `$env:CLAUDE_BRIDGE_TOKEN = (Get-Content -Raw -LiteralPath 'C:\\Users\\ada\\Claude Bridge\\token').Trim()`,
  );
  expect(readTokenFile('cmd', 'C:\\a b\\token')).toBe('set /p CLAUDE_BRIDGE_TOKEN=<"C:\\a b\\token"');
});

test('the curl command sends a valid message', () => {
  const { words } = received(clientCommands({ baseUrl, token: 'none' }).curl);
  const body = JSON.parse(words[words.indexOf('-d') + 1] ?? '') as unknown;
  expect(body).toEqual({ channel: 'demo:hello', sender: 'me', content: 'Hello' });
});
