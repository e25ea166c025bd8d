import { posix, win32 } from 'node:path';

/** The files that the desktop application and the command line share. All paths are absolute. */
export interface DataPaths {
  directory: string;
  settingsFile: string;
  /** The token that the relay made for itself (mode 0600). */
  tokenFile: string;
  /** The token that the desktop application made, encrypted by the system (mode 0600). */
  protectedTokenFile: string;
  /** Where the database lies unless the setting `db` says otherwise. */
  database: string;
  /** The relay elsewhere that this machine has joined, and its token there (mode 0600). */
  joinedFile: string;
  joinedTokenFile: string;
  runtimeDirectory: string;
  /** What a running relay leaves for those who look for it. */
  runtimeFile: string;
  /** What the desktop application writes; the command line writes to standard error. */
  logFile: string;
  /** What the window of the desktop application keeps. */
  browserDirectory: string;
}

/**
 * The directory that holds settings, database and token of this user: `CLAUDE_BRIDGE_HOME`, else the place that the
 * system has for it.
 * @param home the user's home directory
 */
export function dataDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  const path = platform === 'win32' ? win32 : posix;
  const moved = env['CLAUDE_BRIDGE_HOME'];
  if (moved !== undefined && moved.trim() !== '') return path.resolve(moved);
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Claude Bridge');
  if (platform === 'win32') {
    return path.join(
      absolute(env['APPDATA'], path) ?? path.join(home, 'AppData', 'Roaming'),
      'Claude Bridge',
    );
  }
  return path.join(absolute(env['XDG_CONFIG_HOME'], path) ?? path.join(home, '.config'), 'claude-bridge');
}

/** The XDG base directory specification has relative paths ignored. */
function absolute(directory: string | undefined, path: typeof posix): string | undefined {
  return directory !== undefined && path.isAbsolute(directory) ? directory : undefined;
}

export function dataPaths(directory: string): DataPaths {
  const path = win32.isAbsolute(directory) && !posix.isAbsolute(directory) ? win32 : posix;
  const runtimeDirectory = path.join(directory, 'runtime');
  return {
    directory,
    settingsFile: path.join(directory, 'config.json'),
    tokenFile: path.join(directory, 'token'),
    protectedTokenFile: path.join(directory, 'token.protected'),
    database: path.join(directory, 'claude-bridge.db'),
    joinedFile: path.join(directory, 'joined.json'),
    joinedTokenFile: path.join(directory, 'joined.token'),
    runtimeDirectory,
    runtimeFile: path.join(runtimeDirectory, 'relay.json'),
    logFile: path.join(directory, 'logs', 'claude-bridge.log'),
    browserDirectory: path.join(directory, 'browser'),
  };
}
