import { exitCodes } from './exit-codes.ts';

export const summary =
  'A relay over which coding agents on different machines talk. Without a command it serves.';

/** What `--help` says below the options. */
export function epilogue(): string {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `  ${code}  ${meaning}`);
  return `
A setting comes from its flag, else its variable, else config.json in the data directory, else its default.
CLAUDE_BRIDGE_HOME moves the data directory. A switch can be turned the other way, e.g. --no-audit-log.

Examples:
  claude-bridge                                            serve this machine
  claude-bridge --host 0.0.0.0 --auth-token-file ~/token   serve the network
  claude-bridge --stdio                                    speak MCP on standard input and output
  claude-bridge connect claude                             connect Claude Code to the relay that runs here
  claude-bridge config show                                effective settings and where each comes from

Exit codes:
${codes.join('\n')}`;
}
