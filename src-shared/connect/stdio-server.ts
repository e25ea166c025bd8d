import type { StdioServer } from './connection.ts';

/** How this program was installed, as far as it matters for starting it again. */
export interface Installation {
  /** What runs the program now: Node, or the binary of the desktop application, absolute. */
  execPath: string;
  /** The entry of the command line, `cli.js`, absolute. */
  entry: string;
  /** `execPath` is the desktop application, which must be told to be Node. */
  isElectron: boolean;
  /** The script that does so, where the application ships one (not on Windows: a batch file would swallow signals). */
  launcher?: string | undefined;
}

/** What a server that is started by a client must be told. */
export interface StdioTarget {
  /** Flags behind `--stdio`: those of a relay elsewhere; without any the database of this machine is opened. */
  args: readonly string[];
  /** Variables that decide which database that is, e.g. `CLAUDE_BRIDGE_HOME`. */
  env: Readonly<Record<string, string>>;
}

/** The command that starts this installation as an MCP server, in absolute paths: clients know no other `PATH`. */
export function stdioServer(installation: Installation, { args: further, env }: StdioTarget): StdioServer {
  const { execPath, entry, isElectron, launcher } = installation;
  const args = ['--stdio', ...further];
  if (launcher !== undefined) return { command: launcher, args, env };
  return {
    command: execPath,
    args: [entry, ...args],
    env: isElectron ? { ELECTRON_RUN_AS_NODE: '1', ...env } : env,
  };
}

/** Whether the program runs from the cache of `npx`, which npm empties as it likes: nothing may point there. */
export function isTemporary({ entry }: Installation): boolean {
  return /[\\/]_npx[\\/]/.test(entry);
}
