import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, scratchDirectory } from './run-cli.ts';

const secret = 'fictional-secret-7d1f';

describe('a token', () => {
  const ways: [string, (directory: string) => { args?: string[]; env?: Record<string, string> }][] = [
    ['a flag', () => ({ args: ['--auth-token', secret] })],
    ['a file named by a flag', (directory) => ({ args: ['--auth-token-file', join(directory, 'secret')] })],
    ['a variable', () => ({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: secret } })],
    ['a file named by a variable', () => ({ env: { CLAUDE_BRIDGE_AUTH_TOKEN_FILE: 'secret' } })],
    [
      'the settings file',
      (directory) => {
        writeFileSync(join(directory, 'config.json'), JSON.stringify({ authToken: secret }));
        return {};
      },
    ],
  ];

  it.each(ways)('given by %s is masked in the output of every command', async (_, prepare) => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'secret'), secret);
    const { args = [], env = {} } = prepare(home.path);
    const outputs: string[] = [];
    // The last two stop with an error that repeats what was given.
    for (const command of [
      ['config', 'show'],
      ['config', 'show', '--json'],
      ['config', 'check'],
      ['--tls-key', '/nowhere/key.pem'],
      ['--port', 'many'],
    ]) {
      const { stdout, stderr } = await runCli([...command, ...args], { home: home.path, env });
      outputs.push(stdout + stderr);
    }

    expect(outputs[0]).toMatch(/^authToken +\*{8} /m);
    expect(outputs[1]).toMatch(/"authToken": \{\s+"value": "\*{8}"/);
    expect(outputs[2]).toContain('ok\n');
    expect(outputs[3]).toContain('error: --tls-key needs');
    expect(outputs[4]).toContain('error: --port must be');
    expect(outputs.join('')).not.toContain(secret);
  });
});
