import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programEntry, runProgram, scratchDirectory } from '../support/program.ts';

/** What is suggested at these words; an empty last word stands for a blank before the cursor. */
async function suggested(...words: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await runProgram(['complete', '--', ...words]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').flatMap((line) => (line.includes('\t') ? [line.split('\t')[0] ?? ''] : []));
}

describe('completion', () => {
  test('suggests commands, their flags and their choices', async () => {
    expect(await suggested('se')).toEqual(['serve', 'send', 'search']);
    expect(await suggested('config', '')).toEqual(['show', 'check', 'reload', 'path']);
    expect(await suggested('send', '--ty')).toEqual(['--type']);
    expect(await suggested('tu')).toEqual(['tui']);
    expect(await suggested('tui', '--se')).toEqual(['--sender']);
    expect(await suggested('completion', '')).toEqual(['bash', 'zsh', 'fish', 'powershell']);
    expect(await suggested('--trusted-h')).toEqual(['--trusted-host']);
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    const { code, stdout, stderr } = await runProgram(['completion', shell]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/claude-bridge complete '?--/);
  });

  test('refuses other shells with exit code 2', async () => {
    expect(await runProgram(['completion', 'tcsh'])).toMatchObject({ code: 2, stdout: '' });
  });
});

/** A folder with `claude-bridge` in it, for shells to find. */
function folderWithProgram(): string {
  const folder = scratchDirectory();
  const script = `#!/bin/sh\nexec '${process.execPath}' '${programEntry}' "$@"\n`;
  writeFileSync(join(folder, 'claude-bridge'), script, { mode: 0o755 });
  return folder;
}

describe.each([
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
])('the script for %s', (shell, flags) => {
  const there = spawnSync(shell, ['--version'], { stdio: 'ignore' }).status === 0;
  if (!there) console.warn(`${shell} is not installed: its completion is not tried`);

  test.skipIf(!there)('is one that it understands', async () => {
    const file = join(scratchDirectory(), 'script');
    writeFileSync(file, (await runProgram(['completion', shell])).stdout);
    expect(spawnSync(shell, [...flags, file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test.skipIf(!there || shell !== 'fish')('completes there', () => {
    const line = 'claude-bridge completion fish | source; complete -C "claude-bridge se"';
    const env = { HOME: scratchDirectory(), PATH: `${folderWithProgram()}:${process.env['PATH'] ?? ''}` };
    const { stdout } = spawnSync(shell, ['-c', line], { encoding: 'utf8', env });
    expect(stdout).toContain('search\tfind messages');
  });
});
