import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientCommands, shellQuote } from '../../src-shared/client-commands.ts';

const baseUrl = 'http://127.0.0.1:8765';

/** The words that the client's program receives when a shell runs `command`. */
function wordsOf(command: string, env: Record<string, string> = {}): string[] {
  const [program = ''] = command.split(' ');
  const script = `${program}() { printf '%s\\0' "$@"; }\n${command}`;
  return execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).split('\0').slice(0, -1);
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

  test('an IPv6 address is quoted, because zsh would take its brackets for a pattern', () => {
    const { claude } = clientCommands({ baseUrl: 'http://[::1]:8765', token: 'none' });
    expect(claude).toMatch(/ 'http:\/\/\[::1\]:8765\/mcp'$/);
  });
});

describe('commands with a placeholder', () => {
  const commands = clientCommands({ baseUrl, token: 'placeholder' });
  const env = { CLAUDE_BRIDGE_TOKEN: 'cb_a $HOME "b"' };

  test('the shell puts the token into the header, as one word', () => {
    const header = `Authorization: Bearer ${env.CLAUDE_BRIDGE_TOKEN}`;
    expect(wordsOf(commands.claude, env).slice(-2)).toEqual(['--header', header]);
    expect(wordsOf(commands.gemini, env).slice(-2)).toEqual(['--header', header]);
    expect(wordsOf(commands.curl, env)).toContain(header);
    expect(wordsOf(commands.listen, env)).toContain(header);
  });

  test('Codex is told the name of the variable, never the token', () => {
    expect(wordsOf(commands.codex, env).slice(-2)).toEqual(['--bearer-token-env-var', 'CLAUDE_BRIDGE_TOKEN']);
  });

  test('the token is asked for, so that it stays out of the shell history', () => {
    expect(commands.setToken).toBe('read -rs CLAUDE_BRIDGE_TOKEN && export CLAUDE_BRIDGE_TOKEN');
  });
});

describe('commands with the token itself', () => {
  test('a token with quotes and dollars reaches the client unchanged', () => {
    const value = `cb_it's "$HOME" \`id\` \\ !x`;
    const commands = clientCommands({ baseUrl, token: { value } });
    expect(wordsOf(commands.claude).at(-1)).toBe(`Authorization: Bearer ${value}`);
    expect(wordsOf(commands.curl)).toContain(`Authorization: Bearer ${value}`);
    const shown = execFileSync('sh', ['-c', `${commands.setToken ?? ''}; printf %s "$CLAUDE_BRIDGE_TOKEN"`]);
    expect(shown.toString()).toBe(value);
  });
});

test('the curl command sends a valid message', () => {
  const words = wordsOf(clientCommands({ baseUrl, token: 'none' }).curl);
  const body = JSON.parse(words[words.indexOf('-d') + 1] ?? '') as unknown;
  expect(body).toEqual({ channel: 'demo:hello', sender: 'me', content: 'Hello' });
});

test('any text without NUL survives the shell', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(words, (texts) => {
      expect(wordsOf(['show', ...texts.map(shellQuote)].join(' '))).toEqual(texts);
    }),
    { numRuns: 20 },
  );
});
