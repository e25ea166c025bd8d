import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli, scratchDirectory } from '../cli/run-cli.ts';

describe('the settings file', () => {
  it.each([
    ['{"port": 1,}', 'is not valid JSON'],
    ['{\n  "authToken": "fictional-secret" "port"\n}', 'is not valid JSON (line 2, column'],
    ['', 'is not valid JSON'],
    ['[1, 2]', 'must hold a JSON object'],
    ['"text"', 'must hold a JSON object'],
    ['null', 'must hold a JSON object'],
  ])('stops the start when it is damaged, and is left as it is: %j', async (content, message) => {
    using home = scratchDirectory();
    const file = join(home.path, 'config.json');
    writeFileSync(file, content);

    const result = await runCli(['serve'], { home: home.path });

    expect(result.stderr.split('\n')).toEqual([expect.stringContaining(`error: ${file} ${message}`), '']);
    expect(result.code).toBe(2);
    expect(result.stderr).not.toContain('secret');
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('may begin with a byte order mark and may hold empty values', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'config.json'), '\uFEFF{"port": 9000, "host": "", "authToken": null}');

    const result = await runCli(['config', 'show'], { home: home.path });

    expect(result.stdout).toMatch(/^port +9000 +config\.json$/m);
    expect(result.stdout).toMatch(/^host +127\.0\.0\.1 +default$/m);
  });

  it('is warned about when it holds a key that is none', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'config.json'), '{"prot": 9000}');

    const result = await runCli(['config', 'check'], { home: home.path });

    const file = join(home.path, 'config.json');
    expect(result).toEqual({ code: 0, stdout: 'ok\n', stderr: `warning: ${file}: unknown key "prot"\n` });
  });

  it('is not made, nor is its directory, by reading', async () => {
    using home = scratchDirectory();
    const directory = join(home.path, 'not', 'there');

    const result = await runCli(['config', 'show'], {
      home: home.path,
      env: { CLAUDE_BRIDGE_HOME: directory },
    });

    expect(result.code).toBe(0);
    expect(readdirSync(home.path)).toEqual([]);
  });
});

describe('a data directory that cannot be used', () => {
  it('is one clear line when a part of its path is a file', async () => {
    using home = scratchDirectory();
    writeFileSync(join(home.path, 'file'), '');
    const directory = join(home.path, 'file', 'data');

    const result = await runCli(['config', 'check'], {
      home: home.path,
      env: { CLAUDE_BRIDGE_HOME: directory },
    });

    expect(result).toMatchObject({
      code: 2,
      stderr: `error: cannot read ${join(directory, 'config.json')}: a part of the path is not a directory\n`,
    });
  });

  it('is one clear line when config.json is a directory', async () => {
    using home = scratchDirectory();
    mkdirSync(join(home.path, 'config.json'));

    const result = await runCli(['config', 'check'], { home: home.path });

    expect(result).toMatchObject({
      code: 2,
      stderr: `error: cannot read ${join(home.path, 'config.json')}: it is a directory\n`,
    });
  });

  it.skipIf(process.platform === 'win32')('is one clear line when it may not be entered', async () => {
    using home = scratchDirectory();
    const closed = join(home.path, 'closed');
    mkdirSync(closed, { mode: 0o000 });
    chmodSync(home.path, 0o755);
    // The superuser may enter everything, so become nobody.
    const other = process.getuid?.() === 0 ? { uid: 65_534 } : {};

    const result = await runCli(['config', 'check'], { home: closed, cwd: home.path, ...other });

    expect(result).toMatchObject({
      code: 2,
      stderr: `error: cannot read ${join(closed, 'config.json')}: permission denied\n`,
    });
    chmodSync(closed, 0o700);
  });
});
