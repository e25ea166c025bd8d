import { describe, expect, it } from 'vitest';
import { dataDirectory, dataPaths } from '../../src-main/settings/paths.ts';

describe('the data directory', () => {
  const windowsHome = 'C:\\Users\\ada';
  it.each([
    ['darwin', {}, '/Users/ada', '/Users/ada/Library/Application Support/Claude Bridge'],
    [
      'darwin',
      { XDG_CONFIG_HOME: '/x' },
      '/Users/ada',
      '/Users/ada/Library/Application Support/Claude Bridge',
    ],
    ['linux', {}, '/home/ada', '/home/ada/.config/claude-bridge'],
    ['linux', { XDG_CONFIG_HOME: '/config' }, '/home/ada', '/config/claude-bridge'],
    ['linux', { XDG_CONFIG_HOME: 'relative' }, '/home/ada', '/home/ada/.config/claude-bridge'],
    ['linux', { XDG_CONFIG_HOME: '' }, '/home/ada', '/home/ada/.config/claude-bridge'],
    ['freebsd', {}, '/home/ada', '/home/ada/.config/claude-bridge'],
    ['win32', { APPDATA: 'D:\\Roaming' }, windowsHome, 'D:\\Roaming\\Claude Bridge'],
    ['win32', {}, windowsHome, 'C:\\Users\\ada\\AppData\\Roaming\\Claude Bridge'],
    ['win32', { CLAUDE_BRIDGE_HOME: 'D:\\bridge' }, windowsHome, 'D:\\bridge'],
    ['linux', { CLAUDE_BRIDGE_HOME: '/srv/bridge/' }, '/home/ada', '/srv/bridge'],
    [
      'darwin',
      { CLAUDE_BRIDGE_HOME: ' ' },
      '/Users/ada',
      '/Users/ada/Library/Application Support/Claude Bridge',
    ],
  ] as const)('on %s with %j is where people expect it', (platform, env, home, expected) => {
    expect(dataDirectory(env, platform, home)).toBe(expected);
  });

  it('holds everything that the programs share', () => {
    expect(dataPaths('/srv/bridge')).toEqual({
      directory: '/srv/bridge',
      settingsFile: '/srv/bridge/config.json',
      tokenFile: '/srv/bridge/token',
      protectedTokenFile: '/srv/bridge/token.protected',
      joinedFile: '/srv/bridge/joined.json',
      joinedTokenFile: '/srv/bridge/joined.token',
      database: '/srv/bridge/claude-bridge.db',
      runtimeDirectory: '/srv/bridge/runtime',
      runtimeFile: '/srv/bridge/runtime/relay.json',
      logFile: '/srv/bridge/logs/claude-bridge.log',
      browserDirectory: '/srv/bridge/browser',
    });
    expect(dataPaths('C:\\bridge').runtimeFile).toBe('C:\\bridge\\runtime\\relay.json');
  });
});
