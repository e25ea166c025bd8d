import { Help, type Command } from 'commander';
import { exitCodes } from './exit-codes.ts';

export const summary =
  'A relay over which coding agents on different machines talk. Without a command it serves.';

/** The help of a command. What it consists of comes before its flags, of which the program has a hundred. */
export function formatHelp(command: Command, helper: Help): string {
  const sections = Help.prototype.formatHelp.call(helper, command, helper).split('\n\n');
  const commands = sections.findIndex((section) => section.startsWith('Commands:'));
  // Behind usage and description.
  if (commands > 2) sections.splice(2, 0, ...sections.splice(commands, 1));
  return `${sections.map((section) => section.trimEnd()).join('\n\n')}\n`;
}

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
  claude-bridge tail -f                                    follow everything that is said
  claude-bridge send demo:hello "Hello"                    say something
  claude-bridge connect claude                             connect Claude Code to the relay that runs here
  claude-bridge pair --name atlas                          let another machine join
  claude-bridge config show                                effective settings and where each comes from

Exit codes:
${codes.join('\n')}`;
}
