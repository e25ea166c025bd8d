import { existsSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  commandLineToolOf,
  lastingStdioServer,
  stdioInstallation,
  type Installation,
} from '../../src-main/desktop/installation.ts';
import { LinkedTool } from '../../src-main/desktop/command-line-tool.ts';
import { stdioServer } from '../../src-shared/connect/stdio-server.ts';
import { scratchDirectory } from '../support/program.ts';

function installed(change: Partial<Installation>): Installation {
  return {
    platform: 'linux',
    env: {},
    home: '/home/ada',
    execPath: '/opt/Claude Bridge/claude-bridge-desktop',
    isPackaged: true,
    bundle: '/opt/Claude Bridge/resources/app.asar/dist/main',
    resources: '/opt/Claude Bridge/resources',
    icon: '/opt/Claude Bridge/resources/icon.png',
    ...change,
  };
}

describe('a link to the launcher', () => {
  function tool() {
    const folder = scratchDirectory();
    const launcher = join(folder, 'Claude Bridge/resources/bin/claude-bridge');
    const link = join(folder, 'home/.local/bin/claude-bridge');
    return { launcher, link, tool: new LinkedTool({ launcher, link, command: launcher }) };
  }

  test('is made with the folder that it needs, and taken away again', async () => {
    const { launcher, link, tool: linked } = tool();
    expect(await linked.state()).toMatchObject({ installedAt: null, installable: true });
    await linked.install();
    expect(readlinkSync(link)).toBe(launcher);
    expect(await linked.state()).toMatchObject({ installedAt: link });
    await linked.install();
    await linked.remove();
    expect(existsSync(link)).toBe(false);
    await linked.remove();
  });

  test('replaces one of an application that has moved', async () => {
    const { launcher, link, tool: linked } = tool();
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync('/gone/Claude Bridge/resources/bin/claude-bridge', link);
    await linked.install();
    expect(readlinkSync(link)).toBe(launcher);
  });

  test('leaves a program of the same name alone', async () => {
    const { link, tool: linked } = tool();
    mkdirSync(dirname(link), { recursive: true });
    writeFileSync(link, '#!/bin/sh\n');
    expect(await linked.state()).toMatchObject({
      installable: false,
      note: `${link} belongs to another program`,
    });
    await expect(linked.install()).rejects.toThrow('belongs to another program');
    await linked.remove();
    expect(existsSync(link)).toBe(true);
  });

  test('asks an administrator only where the user may not write', async () => {
    const folder = scratchDirectory();
    const scripts: string[] = [];
    const denied = new LinkedTool({
      launcher: "/Applications/Ada's Bridge.app/Contents/Resources/bin/claude-bridge",
      // A folder cannot be made below a file, whoever asks; permissions would not stop an administrator.
      link: '/proc/1/claude-bridge',
      command: '',
      asAdministrator: (script) => {
        scripts.push(script);
        return Promise.resolve();
      },
    });
    await denied.install().catch(() => undefined);
    const allowed = new LinkedTool({
      launcher: join(folder, 'x'),
      link: join(folder, 'bin/claude-bridge'),
      command: '',
      asAdministrator: () => Promise.reject(new Error('not needed')),
    });
    await allowed.install();
    for (const script of scripts) {
      expect(script).toContain(
        `ln -sfn '/Applications/Ada'\\''s Bridge.app/Contents/Resources/bin/claude-bridge'`,
      );
    }
  });
});

describe('the command-line tool of an installation', () => {
  test('of the Debian package is there already', async () => {
    expect(await commandLineToolOf(installed({})).state()).toEqual({
      command: 'claude-bridge',
      installedAt: '/usr/bin/claude-bridge',
      installable: false,
      note: null,
    });
  });

  test('of an AppImage has no fixed place, and says what to do instead', async () => {
    const tool = commandLineToolOf(
      installed({ env: { APPIMAGE: '/home/ada/Claude.AppImage' }, resources: '/tmp/.mount' }),
    );
    expect(await tool.state()).toMatchObject({ installable: false, command: '' });
    await expect(tool.install()).rejects.toThrow('deb package');
  });

  test.each([
    '/Volumes/Claude Bridge/Claude Bridge.app/Contents/Resources',
    '/private/var/folders/x/AppTranslocation/y/d/Claude Bridge.app/Contents/Resources',
  ])('on macOS is not offered from %s, which will vanish', async (resources) => {
    const state = await commandLineToolOf(installed({ platform: 'darwin', resources })).state();
    expect(state.installable).toBe(false);
    expect(state.note).toContain('Applications folder');
  });

  test('of a development build is said to run on Node', async () => {
    const state = await commandLineToolOf(
      installed({ isPackaged: false, bundle: '/src/my bridge/dist/main' }),
    ).state();
    expect(state).toMatchObject({ command: `node '/src/my bridge/dist/main/cli.js'`, installable: false });
  });
});

describe('what an MCP client starts', () => {
  test('on Linux and macOS is the launcher', () => {
    const server = stdioServer(stdioInstallation(installed({})), { args: [], env: {} });
    expect(server).toEqual({
      command: '/opt/Claude Bridge/resources/bin/claude-bridge',
      args: ['--stdio'],
      env: {},
    });
  });

  test('on Windows is the application itself as Node, since a batch file would swallow signals', () => {
    const installation = installed({
      platform: 'win32',
      execPath: 'C:\\Apps\\Claude Bridge.exe',
      bundle: 'C:\\Apps\\resources\\app.asar\\dist\\main',
    });
    const server = stdioServer(stdioInstallation(installation), { args: [], env: {} });
    expect(server.command).toBe('C:\\Apps\\Claude Bridge.exe');
    expect(server.env).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
    expect(server.args.at(-1)).toBe('--stdio');
  });

  test('is not offered where its path would not last', () => {
    expect(lastingStdioServer(installed({}))?.args).toEqual(['--stdio']);
    expect(lastingStdioServer(installed({ env: { APPIMAGE: '/home/ada/Claude.AppImage' } }))).toBeNull();
    expect(
      lastingStdioServer(installed({ platform: 'darwin', resources: '/Volumes/Claude Bridge/x' })),
    ).toBeNull();
  });
});
