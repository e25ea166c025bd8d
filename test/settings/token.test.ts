import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings, type SettingsInput } from '../../src-main/settings/load.ts';
import { scratchDirectory } from '../cli/run-cli.ts';

function load(directory: string, input: Partial<SettingsInput>) {
  return loadSettings({ flags: {}, env: {}, dataDirectory: directory, ...input });
}

/** A data directory with three token files and a settings file. */
function scratchWithTokens(settings: Record<string, unknown> = {}) {
  const home = scratchDirectory();
  for (const name of ['a', 'b', 'c'])
    writeFileSync(join(home.path, name), `\ufeff\n  token-of-${name}\t\r\n`);
  writeFileSync(join(home.path, 'config.json'), JSON.stringify(settings));
  return home;
}

describe('the bearer token', () => {
  it('comes from the strongest source that names a token or a file, and within one from the token', async () => {
    using home = scratchWithTokens({ authToken: 'in-settings', authTokenFile: 'c' });
    const file = (name: string) => join(home.path, name);
    const env = { CLAUDE_BRIDGE_AUTH_TOKEN: ' in-env ', CLAUDE_BRIDGE_AUTH_TOKEN_FILE: file('b') };
    const fileInEnv = { CLAUDE_BRIDGE_AUTH_TOKEN_FILE: file('b') };
    const rows: [Partial<SettingsInput>, string, string][] = [
      [{ flags: { authToken: 'by-flag', authTokenFile: file('a') }, env }, 'by-flag', '--auth-token'],
      [{ flags: { authTokenFile: file('a') }, env }, 'token-of-a', '--auth-token-file'],
      [{ flags: { authToken: '  ', authTokenFile: file('a') } }, 'token-of-a', '--auth-token-file'],
      [{ env }, 'in-env', 'CLAUDE_BRIDGE_AUTH_TOKEN'],
      [{ env: fileInEnv }, 'token-of-b', 'CLAUDE_BRIDGE_AUTH_TOKEN_FILE'],
      [
        { env: { ...fileInEnv, CLAUDE_BRIDGE_AUTH_TOKEN: '' } },
        'token-of-b',
        'CLAUDE_BRIDGE_AUTH_TOKEN_FILE',
      ],
      [{}, 'in-settings', 'config.json'],
    ];
    for (const [input, token, name] of rows) {
      const { settings, sources } = await load(home.path, input);
      expect([settings.authToken, sources.authToken.name]).toEqual([token, name]);
    }
  });

  it('comes from the file that the settings file names', async () => {
    using home = scratchWithTokens({ authTokenFile: 'c' });
    const { settings, sources } = await load(home.path, {});
    expect(settings.authToken).toBe('token-of-c');
    expect(sources.authToken).toEqual({ from: 'file', name: 'config.json' });
  });

  it('is absent when nobody gives one', async () => {
    using home = scratchWithTokens();
    const { settings, sources } = await load(home.path, { env: { CLAUDE_BRIDGE_AUTH_TOKEN: ' ' } });
    expect(settings.authToken).toBeUndefined();
    expect(sources.authToken.from).toBe('default');
  });

  it('does not need the file of a weaker source', async () => {
    using home = scratchWithTokens({ authTokenFile: 'missing' });
    const { settings } = await load(home.path, { env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'in-env' } });
    expect(settings.authToken).toBe('in-env');
  });

  it('is warned about when it stands on the command line', async () => {
    using home = scratchWithTokens();
    const { warnings } = await load(home.path, { flags: { authToken: 'fictional-secret' } });
    expect(warnings).toEqual([expect.stringContaining('--auth-token is visible in the process list')]);
    expect(warnings.join()).not.toContain('fictional-secret');
  });

  it.each([
    ['missing', undefined, 'cannot read the token file FILE: it does not exist'],
    ['empty', ' \n', 'the token file FILE is empty'],
    ['of several lines', 'one\ntwo\n', 'the token in FILE must be a single line without control characters'],
    ['no text', Buffer.from([0xff, 0xfe, 0x41]), 'the token file FILE is not UTF-8 text'],
  ])('stops the start when its file is %s', async (_, content, message) => {
    using home = scratchDirectory();
    const file = join(home.path, 'token-file');
    if (content !== undefined) writeFileSync(file, content);
    const loading = load(home.path, { flags: { authTokenFile: file } });
    await expect(loading).rejects.toThrow(message.replace('FILE', file));
  });

  it('stops the start when its file is a directory', async () => {
    using home = scratchDirectory();
    mkdirSync(join(home.path, 'token-file'));
    const loading = load(home.path, { flags: { authTokenFile: join(home.path, 'token-file') } });
    await expect(loading).rejects.toThrow('it is a directory');
  });
});
