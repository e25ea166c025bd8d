import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { beforeAll, describe, expect, test } from 'vitest';
import { filesIn, layProject, pack, type Packed } from './pack.ts';
import { systems, type System } from './stub-electron.ts';

const states = ['attention', 'error', 'running', 'starting', 'stopped'];

/** What lies beside the archive on each system, and nothing else. */
const beside: Record<System, string[]> = {
  linux: [
    'bin/claude-bridge',
    ...states.flatMap((state) => [
      `tray/${state}-dark-panel.png`,
      `tray/${state}-dark-panel@2x.png`,
      `tray/${state}-light-panel.png`,
      `tray/${state}-light-panel@2x.png`,
    ]),
  ],
  mac: [
    'bin/claude-bridge',
    ...states.flatMap((state) => [`tray/${state}Template.png`, `tray/${state}Template@2x.png`]),
  ],
  win: [
    'bin/claude-bridge.cmd',
    'bin/user-path.ps1',
    ...states.flatMap((state) => [`tray/${state}-dark-panel.ico`, `tray/${state}-light-panel.ico`]),
  ],
};

const prebuild = { linux: 'linux', mac: 'darwin', win: 'win32' } as const;

describe.each(systems)('the package for %s', { timeout: 120_000 }, (system) => {
  let project: string;
  let packed: Packed;
  beforeAll(async () => {
    project = layProject();
    packed = await pack(project, system, 'x64');
  }, 120_000);

  test('holds the bundle and one native module in its archive', () => {
    const files = listPackage(join(packed.resources, 'app.asar'), { isPack: false }).map((path) =>
      path.replaceAll('\\', '/'),
    );
    const isLibrary = (path: string) => path.startsWith('/node_modules/better-sqlite3/lib');
    expect(files.filter((path) => /\.\w+$/.test(path) && !isLibrary(path)).sort()).toEqual([
      '/dist/main/cli.js',
      '/dist/main/desktop.js',
      '/dist/preload/preload.cjs',
      '/dist/renderer/index.html',
      '/node_modules/better-sqlite3/package.json',
      `/node_modules/better-sqlite3/prebuilds/${prebuild[system]}-x64.node`,
      '/package.json',
    ]);
    expect(files).toContain('/node_modules/better-sqlite3/lib/index.js');
    expect(files.filter((path) => /^\/node_modules\/[^/]+$/.test(path))).toEqual([
      '/node_modules/better-sqlite3',
    ]);
  });

  test('has the native module outside of it, where the system can load it', () => {
    const unpacked = filesIn(join(packed.resources, 'app.asar.unpacked'));
    expect(unpacked.filter((path) => path.endsWith('.node'))).toEqual([
      `node_modules/better-sqlite3/prebuilds/${prebuild[system]}-x64.node`,
    ]);
  });

  test('has the command-line tool and the icons of its system beside it', () => {
    const found = filesIn(packed.resources).filter((path) => /^(?:bin|tray)\//.test(path));
    expect(found).toEqual(beside[system].toSorted());
    expect(filesIn(packed.resources)).toEqual(
      expect.arrayContaining(['icon.png', 'LICENSE.claude-bridge.txt']),
    );
    if (system === 'win') return;
    expect(statSync(join(packed.resources, 'bin/claude-bridge')).mode & 0o777).toBe(0o755);
  });

  test('has its fuses set: Node for the tool, nothing else that lets others in', async () => {
    const wire = await getCurrentFuseWire(packed.executable);
    const [off, on] = [48, 49];
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: on,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  test('for the other processor has the native module of that one', async () => {
    const other = await pack(project, system, 'arm64');
    const unpacked = filesIn(join(other.resources, 'app.asar.unpacked'));
    expect(unpacked.filter((path) => path.endsWith('.node'))).toEqual([
      `node_modules/better-sqlite3/prebuilds/${prebuild[system]}-arm64.node`,
    ]);
  });

  if (system !== 'mac') return;
  test('lives in the menu bar and knows the digest of its archive', () => {
    const plist = readFileSync(join(packed.root, 'Contents/Info.plist'), 'utf8').replace(/\s+/g, ' ');
    expect(plist).toContain('<key>LSUIElement</key> <true/>');
    expect(plist).toContain('<key>CFBundleIdentifier</key> <string>dev.example.claude-bridge</string>');
    expect(plist).toContain('<key>CFBundleExecutable</key> <string>Claude Bridge</string>');
    expect(plist).toMatch(
      /<key>ElectronAsarIntegrity<\/key> <dict> <key>Resources\/app.asar<\/key> <dict> <key>algorithm<\/key> <string>SHA256<\/string> <key>hash<\/key> <string>[\da-f]{64}</,
    );
  });
});
