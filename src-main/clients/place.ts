import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import type { ConfiguredClientId } from '../../src-shared/connect/setup.ts';
import type { Scope } from '../../src-shared/connect/client.ts';

/** Where clients are looked for. */
export interface Place {
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** The user's home directory. */
  home: string;
  /** The project: what scope `project` means. */
  directory: string;
}

/** This user on this machine, in the project of the working directory. */
export function thisPlace(env: NodeJS.ProcessEnv): Place {
  return { env, platform: process.platform, home: homedir(), directory: process.cwd() };
}

export function pathsOf({ platform }: Place): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** The file in which a client keeps its servers, absolute. */
export function configFile(client: ConfiguredClientId, scope: Scope, place: Place): string {
  const path = pathsOf(place);
  const { home, directory } = place;
  switch (client) {
    case 'claude':
      return scope === 'project'
        ? path.join(directory, '.mcp.json')
        : path.join(moved('CLAUDE_CONFIG_DIR', place) ?? home, '.claude.json');
    case 'codex':
      return path.join(moved('CODEX_HOME', place) ?? path.join(home, '.codex'), 'config.toml');
    case 'gemini': {
      const base = scope === 'project' ? directory : (moved('GEMINI_CLI_HOME', place) ?? home);
      return path.join(base, '.gemini', 'settings.json');
    }
    case 'cursor':
      return path.join(scope === 'project' ? directory : home, '.cursor', 'mcp.json');
    case 'mcp-json':
      return path.join(directory, '.mcp.json');
  }
}

/** A directory that the user has moved elsewhere by a variable of the client. */
function moved(variable: string, place: Place): string | undefined {
  const value = place.env[variable];
  return value === undefined || value === '' ? undefined : pathsOf(place).resolve(place.directory, value);
}
