import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { autostartEntry } from '../../src-main/desktop/autostart-entry.ts';
import { LinuxLoginItem, MacLoginItem, WindowsLoginItem } from '../../src-main/desktop/login-item.ts';
import { scratchDirectory } from '../support/program.ts';
import { ElectronDouble } from './double/electron.ts';

describe('starting at login on Linux', () => {
  test('is a file that desktops read, and is gone when switched off', async () => {
    const configDirectory = scratchDirectory();
    const file = join(configDirectory, 'autostart/claude-bridge-desktop.desktop');
    const item = new LinuxLoginItem({
      configDirectory,
      executable: '/opt/Claude Bridge/claude-bridge-desktop',
    });
    expect(await item.state()).toEqual({ enabled: false, note: null });
    await item.set(true);
    expect(readFileSync(file, 'utf8').split('\n')).toContain(
      'Exec="/opt/Claude Bridge/claude-bridge-desktop" --hidden',
    );
    expect(await item.state()).toEqual({ enabled: true, note: null });
    await item.set(false);
    expect(existsSync(file)).toBe(false);
    await item.set(false);
  });

  test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])(
    'counts as switched off when a desktop has written %s',
    async (line) => {
      const configDirectory = scratchDirectory();
      mkdirSync(join(configDirectory, 'autostart'));
      const entry = autostartEntry(['/usr/bin/x']).replace('X-GNOME-Autostart-enabled=true', line);
      writeFileSync(join(configDirectory, 'autostart/claude-bridge-desktop.desktop'), entry);
      const item = new LinuxLoginItem({ configDirectory, executable: '/usr/bin/x' });
      expect(await item.state()).toMatchObject({ enabled: false });
    },
  );

  test.each([
    ['/usr/bin/plain', '/usr/bin/plain'],
    ['/home/ada/My Apps/a.AppImage', '"/home/ada/My Apps/a.AppImage"'],
    ['/x/50%off', '"/x/50%%off"'],
    ['/x/a"b', '"/x/a\\\\"b"'],
    ['/x/a$b`c', '"/x/a\\\\$b\\\\`c"'],
    ['/x/a\\b', '"/x/a\\\\\\\\b"'],
  ])('quotes the program %s as the specification has it', (program, written) => {
    const exec = autostartEntry([program])
      .split('\n')
      .find((line) => line.startsWith('Exec='));

    expect(exec).toBe(`Exec=${written}`);
  });
});

describe('starting at login on macOS', () => {
  test('is what the system says, which may wait for consent', async () => {
    const { app } = new ElectronDouble({ platform: 'darwin' });
    const item = new MacLoginItem(app.exported);
    expect(await item.state()).toEqual({ enabled: false, note: null });
    await item.set(true);
    expect(await item.state()).toEqual({ enabled: true, note: null });
    app.loginItem = { ...app.loginItem, openAtLogin: false, status: 'requires-approval' };
    const state = await item.state();
    expect(state.enabled).toBe(true);
    expect(state.note).toContain('System Settings');
  });
});

describe('starting at login on Windows', () => {
  test('says when the Task Manager has switched it off', async () => {
    const { app } = new ElectronDouble({ platform: 'win32' });
    const item = new WindowsLoginItem(app.exported);
    await item.set(true);
    expect(await item.state()).toEqual({ enabled: true, note: null });
    app.loginItem = { ...app.loginItem, executableWillLaunchAtLogin: false };
    expect((await item.state()).note).toContain('Task Manager');
    await item.set(false);
    expect(await item.state()).toEqual({ enabled: false, note: null });
  });
});
