import { addCommand, type CommandClientId } from './connect/commands.ts';
import type { CommandToken } from './connect/connection.ts';
import { curlCommands } from './connect/curl.ts';
import { commandLine, type Shell } from './connect/shell.ts';
import { askForToken, setToken } from './connect/token-commands.ts';

/** Ready commands, one line each. */
export interface ClientCommands {
  /** Sets `CLAUDE_BRIDGE_TOKEN` for the others; undefined when no token is needed. */
  setToken: string | undefined;
  claude: string;
  codex: string;
  gemini: string;
  /** Sends a first message with curl. */
  curl: string;
  /** Shows what arrives on the channel to which `curl` sends. */
  listen: string;
}

export interface ClientCommandsOptions {
  /** Where the relay answers for the reader of the command, e.g. `http://127.0.0.1:8765`. */
  baseUrl: string;
  /** The value itself only where the command is shown to the owner of the token and nobody else. */
  token: Exclude<CommandToken, 'reference'>;
  shell?: Shell;
}

/** The commands that connect each client over HTTP, for everything that this user does. */
export function clientCommands({ baseUrl, token, shell = 'posix' }: ClientCommandsOptions): ClientCommands {
  const add = (client: CommandClientId) =>
    commandLine(shell, addCommand(client, { transport: 'http', baseUrl, token }, 'user') ?? []);
  const curl = curlCommands(shell, { baseUrl, token });
  return {
    setToken: tokenCommand(shell, token),
    claude: add('claude'),
    codex: add('codex'),
    gemini: add('gemini'),
    curl: curl.send,
    listen: curl.listen,
  };
}

function tokenCommand(shell: Shell, token: ClientCommandsOptions['token']): string | undefined {
  if (token === 'none') return undefined;
  return token === 'placeholder' ? askForToken(shell) : setToken(shell, token.value);
}
