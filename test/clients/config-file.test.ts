import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfigFile, replaceConfigFile } from '../../src-main/clients/config-file.ts';
import { difference } from '../../src-main/clients/difference.ts';
import { scratchDirectory } from '../support/program.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('replacing a file', () => {
  test.skipIf(process.platform === 'win32')(
    'keeps its mode, and leaves a private copy of what it held',
    () => {
      const path = join(scratchDirectory(), 'settings.json');
      writeFileSync(path, 'old');
      chmodSync(path, 0o640);

      const backup = replaceConfigFile({ path, before: 'old', after: 'new', mode: 0o600 });

      expect(readFileSync(path, 'utf8')).toBe('new');
      expect(modeOf(path)).toBe('640');
      expect(readFileSync(backup ?? '', 'utf8')).toBe('old');
      expect(modeOf(backup ?? '')).toBe('600');
      expect(readdirSync(join(path, '..')).sort()).toEqual([
        'settings.json',
        'settings.json.before-claude-bridge',
      ]);
    },
  );

  test.skipIf(process.platform === 'win32')('makes a new one with its folder and no copy', () => {
    const path = join(scratchDirectory(), 'a', 'b', 'settings.json');
    expect(replaceConfigFile({ path, before: undefined, after: 'new', mode: 0o600 })).toBeUndefined();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe('600');
  });

  test.skipIf(process.platform === 'win32')('writes through a link, which stays one', () => {
    const directory = scratchDirectory();
    const real = join(directory, 'dotfiles');
    mkdirSync(real);
    writeFileSync(join(real, 'mcp.json'), 'old');
    symlinkSync(join(real, 'mcp.json'), join(directory, 'mcp.json'));

    replaceConfigFile({ path: join(directory, 'mcp.json'), before: 'old', after: 'new', mode: 0o600 });

    expect(lstatSync(join(directory, 'mcp.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(real, 'mcp.json'), 'utf8')).toBe('new');
  });

  test('is refused when somebody else has changed it meanwhile', () => {
    const path = join(scratchDirectory(), 'settings.json');
    writeFileSync(path, 'theirs');
    expect(() => replaceConfigFile({ path, before: 'old', after: 'new', mode: 0o600 })).toThrow(
      expect.objectContaining({ code: 'conflict' }) as Error,
    );
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(existsSync(`${path}.before-claude-bridge`)).toBe(false);
  });

  test('says why it cannot be written', () => {
    const path = join(scratchDirectory(), 'file');
    writeFileSync(path, '');
    const inside = join(path, 'settings.json');
    expect(() => replaceConfigFile({ path: inside, before: undefined, after: 'new', mode: 0o600 })).toThrow(
      expect.objectContaining({
        code: 'invalid_value',
        message: expect.stringContaining(inside) as string,
      }) as Error,
    );
  });
});

describe('reading a file', () => {
  test('refuses what is not UTF-8', () => {
    const path = join(scratchDirectory(), 'settings.json');
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(() => readConfigFile(path)).toThrow(`${path} is not UTF-8 text; nothing was changed`);
  });

  test('keeps a byte order mark', () => {
    const path = join(scratchDirectory(), 'settings.json');
    writeFileSync(path, '\uFEFF{}');
    expect(readConfigFile(path)).toBe('\uFEFF{}');
  });
});

describe('the difference that is shown', () => {
  test('holds no line of others', () => {
    const before = '{\n  "other": { "key": "fictional-secret" },\n  "b": 1\n}\n';
    const after = '{\n  "other": { "key": "fictional-secret" },\n  "claude-bridge": {},\n  "b": 1\n}\n';
    expect(difference('/home/ada/mcp.json', before, after)).toBe(
      '--- /home/ada/mcp.json\n+++ /home/ada/mcp.json\n@@ -2,0 +3,1 @@\n+  "claude-bridge": {},',
    );
  });

  test.each([
    ['"Authorization": "Bearer fictional-secret"', '"Authorization": "Bearer ********"'],
    ['Authorization = "Bearer fictional-secret"', 'Authorization = "Bearer ********"'],
    ['"CLAUDE_BRIDGE_TOKEN": "fictional-secret"', '"CLAUDE_BRIDGE_TOKEN": "********"'],
    ['env = { CLAUDE_BRIDGE_TOKEN = "fictional-secret" }', 'env = { CLAUDE_BRIDGE_TOKEN = "********" }'],
    ['"Authorization": "Bearer ${CLAUDE_BRIDGE_TOKEN}"', '"Authorization": "Bearer ${CLAUDE_BRIDGE_TOKEN}"'],
    ['"CLAUDE_BRIDGE_TOKEN": "${CLAUDE_BRIDGE_TOKEN}"', '"CLAUDE_BRIDGE_TOKEN": "${CLAUDE_BRIDGE_TOKEN}"'],
    ['env_vars = [ "CLAUDE_BRIDGE_TOKEN" ]', 'env_vars = [ "CLAUDE_BRIDGE_TOKEN" ]'],
    ['bearer_token_env_var = "CLAUDE_BRIDGE_TOKEN"', 'bearer_token_env_var = "CLAUDE_BRIDGE_TOKEN"'],
  ])('masks secrets and shows references: %s', (line, shown) => {
    expect(difference('f', '', `${line}\n`)).toContain(`\n+${shown}`);
  });
});
