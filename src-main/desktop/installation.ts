import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StdioServer } from '../../src-shared/connect/connection.ts';
import {
  stdioServer,
  type Installation as CommandInstallation,
} from '../../src-shared/connect/stdio-server.ts';
import { quote } from '../../src-shared/connect/shell.ts';
import {
  asMacAdministrator,
  FixedTool,
  LinkedTool,
  WindowsPathTool,
  type CommandLineTool,
} from './command-line-tool.ts';
import { LinuxLoginItem, MacLoginItem, WindowsLoginItem, type LoginItem } from './login-item.ts';
import type { App } from 'electron/main';

/** How the application lies on this computer. */
export interface Installation {
  platform: 'darwin' | 'win32' | 'linux';
  env: NodeJS.ProcessEnv;
  home: string;
  /** The binary that runs. */
  execPath: string;
  isPackaged: boolean;
  /** The folder of the bundle, `dist/main`. */
  bundle: string;
  /** Where the packager put what lies beside the archive; in a development build, `build`. */
  resources: string;
  /** The picture of the application. */
  icon: string;
}

/** @param bundle the folder of the entry, `dist/main` */
export function thisInstallation({ isPackaged }: Pick<App, 'isPackaged'>, bundle: string): Installation {
  const { env, execPath, platform } = process;
  if (platform !== 'darwin' && platform !== 'win32' && platform !== 'linux') {
    throw new Error(`there is no Electron for ${platform}`);
  }
  const resources = isPackaged ? join(bundle, '../../..') : join(bundle, '../../build');
  const icon = join(resources, isPackaged ? 'icon.png' : 'app-icons/256x256.png');
  return { platform, env, home: homedir(), execPath, isPackaged, bundle, resources, icon };
}

type LoginSettings = Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;

/** Starting at login, the way this system does it. */
export function loginItemOf({ platform, env, home, execPath }: Installation, app: LoginSettings): LoginItem {
  switch (platform) {
    case 'darwin':
      return new MacLoginItem(app);
    case 'win32':
      return new WindowsLoginItem(app);
    case 'linux':
      return new LinuxLoginItem({
        configDirectory: env['XDG_CONFIG_HOME'] ?? join(home, '.config'),
        // The path inside of an AppImage is another one each time.
        executable: env['APPIMAGE'] ?? execPath,
      });
  }
}

/** What an MCP client starts to speak with this installation over stdio; see `stdioServer`. */
export function stdioInstallation(installation: Installation): CommandInstallation {
  const { platform, execPath, bundle, isPackaged } = installation;
  return {
    execPath,
    entry: join(bundle, 'cli.js'),
    isElectron: true,
    launcher: isPackaged && platform !== 'win32' ? launcherOf(installation) : undefined,
  };
}

/** What MCP clients can be told to start; null where the path would not last until they do. */
export function lastingStdioServer(installation: Installation): StdioServer | null {
  const isLasting = installation.env['APPIMAGE'] === undefined && !isFleeting(installation.resources);
  if (!isLasting) return null;
  // Which database it is: clients start it with few of our variables.
  const home = installation.env['CLAUDE_BRIDGE_HOME'];
  const env = home === undefined || home.trim() === '' ? {} : { CLAUDE_BRIDGE_HOME: resolve(home) };
  return stdioServer(stdioInstallation(installation), { args: [], env });
}

/** The tool that comes with the application, the way it gets onto the PATH of this system. */
export function commandLineToolOf(installation: Installation): CommandLineTool {
  const { platform, env, home, isPackaged, resources, bundle } = installation;
  if (!isPackaged) {
    const command = `node ${quote('posix', join(bundle, 'cli.js'))}`;
    return new FixedTool({ command, note: 'This is a development build; the tool runs on Node.' });
  }
  const launcher = launcherOf(installation);
  switch (platform) {
    case 'darwin':
      if (isFleeting(launcher)) {
        const note = 'Move Claude Bridge to the Applications folder first: its place here will vanish.';
        return new FixedTool({ command: quote('posix', launcher), note });
      }
      return new LinkedTool({
        launcher,
        link: '/usr/local/bin/claude-bridge',
        command: quote('posix', launcher),
        asAdministrator: asMacAdministrator,
      });
    case 'win32':
      return new WindowsPathTool({
        folder: join(resources, 'bin'),
        script: join(resources, 'bin', 'user-path.ps1'),
        command: quote('powershell', launcher),
      });
    case 'linux':
      if (env['APPIMAGE'] !== undefined) {
        const note =
          'An AppImage has no fixed place for the tool. Connect agents over HTTP, or install the deb package.';
        return new FixedTool({ command: '', note });
      }
      if (resources.startsWith('/opt/')) {
        return new FixedTool({ command: 'claude-bridge', note: null, installedAt: '/usr/bin/claude-bridge' });
      }
      return new LinkedTool({
        launcher,
        link: join(home, '.local/bin/claude-bridge'),
        command: quote('posix', launcher),
        note: 'Shells search ~/.local/bin on most systems, on some only after the next login.',
      });
  }
}

function launcherOf({ platform, resources }: Installation): string {
  return join(resources, 'bin', platform === 'win32' ? 'claude-bridge.cmd' : 'claude-bridge');
}

/** A disk image, or where macOS runs what was downloaded and never moved. */
function isFleeting(path: string): boolean {
  return path.startsWith('/Volumes/') || path.includes('/AppTranslocation/');
}
