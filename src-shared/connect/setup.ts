import { clients, entryName, type ClientId, type Scope } from './client.ts';
import { codexEntry, codexLines, codexTableHeader } from './codex-entry.ts';
import { addCommand, commandClientIds } from './commands.ts';
import type { CommandToken, Connection } from './connection.ts';
import { jsonEntry } from './json-entry.ts';
import { commandLine, type Shell } from './shell.ts';

/** What somebody does by hand to connect a client: run one command, or put a text into a file. */
export type ClientSetup =
  | { kind: 'command'; command: string }
  | { kind: 'file'; path: string; language: 'json' | 'toml'; text: string };

export interface SetupOptions {
  shell: Shell;
  /** The client's usual one by default. */
  scope?: Scope;
}

/** Everything but scripts, for which see `curlCommands`. */
export type ConfiguredClientId = Exclude<ClientId, 'curl'>;

/**
 * How to connect `client`, for a screen that shows it. The client must have the transport and the scope (see
 * `clients`). A project's files are shared, so they name the variable in place of the token; other files do so for a
 * `placeholder`, since nobody fills it in there.
 */
export function clientSetup(
  client: ConfiguredClientId,
  connection: Connection<CommandToken>,
  { shell, scope = clients[client].scopes[0] ?? 'user' }: SetupOptions,
): ClientSetup {
  const fit = scope === 'project' ? withReference(connection) : connection;
  const withCommand = commandClientIds.find((id) => id === client);
  const words = withCommand && addCommand(withCommand, fit, scope);
  if (words) return { kind: 'command', command: commandLine(shell, words) };
  const { token } = fit;
  const inFile = token === 'placeholder' ? withReference(fit) : { ...fit, token };
  if (client === 'codex') {
    const text = [codexTableHeader, ...codexLines(codexEntry(inFile))].join('\n');
    return { kind: 'file', path: '~/.codex/config.toml', language: 'toml', text };
  }
  const text = JSON.stringify({ mcpServers: { [entryName]: jsonEntry(client, inFile) } }, undefined, 2);
  return { kind: 'file', path: pathOf(client, scope), language: 'json', text };
}

function withReference(connection: Connection<CommandToken>): Connection {
  return { ...connection, token: connection.token === 'none' ? 'none' : 'reference' };
}

function pathOf(client: ConfiguredClientId, scope: Scope): string {
  if (client === 'cursor') return scope === 'user' ? '~/.cursor/mcp.json' : '.cursor/mcp.json';
  return '.mcp.json';
}
