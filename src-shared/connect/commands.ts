import { entryName, tokenVariable, type Scope } from './client.ts';
import { mcpUrl, type CommandToken, type Connection, type StdioConnection } from './connection.ts';
import type { Word } from './shell.ts';

/** Clients that come with a command for their own configuration. */
export const commandClientIds = ['claude', 'codex', 'gemini'] as const;
export type CommandClientId = (typeof commandClientIds)[number];

/**
 * The client's own command that adds the entry, word by word; undefined where it has none for this connection.
 * @param scope of Codex there is one only
 */
export function addCommand(
  client: CommandClientId,
  connection: Connection<CommandToken>,
  scope: Scope,
): Word[] | undefined {
  switch (client) {
    case 'claude':
      return claudeCommand(connection, scope);
    case 'codex':
      return codexCommand(connection);
    case 'gemini':
      return geminiCommand(connection, scope);
  }
}

/** The client's own command that removes the entry. */
export function removeCommand(client: CommandClientId, scope: Scope): string[] {
  switch (client) {
    case 'claude':
      return ['claude', 'mcp', 'remove', '--scope', scope, entryName];
    case 'codex':
      return ['codex', 'mcp', 'remove', entryName];
    case 'gemini':
      return ['gemini', 'mcp', 'remove', '-s', scope, entryName];
  }
}

function claudeCommand(connection: Connection<CommandToken>, scope: Scope): Word[] {
  const add = ['claude', 'mcp', 'add', '--scope', scope];
  if (connection.transport === 'stdio') {
    const { command, args } = connection.server;
    // `-e` takes every word that follows it, so it stands behind the name and in front of another dash.
    return [...add, entryName, ...environment(connection), '--', command, ...args];
  }
  // `--header` does the same, so it stands last.
  return [...add, '--transport', connection.transport, entryName, mcpUrl(connection), ...header(connection)];
}

function codexCommand(connection: Connection<CommandToken>): Word[] | undefined {
  const add = ['codex', 'mcp', 'add', entryName];
  if (connection.transport === 'stdio') {
    // It can pass a variable on, but not be told so by a command.
    if (connection.token === 'reference') return undefined;
    const { command, args } = connection.server;
    return [...add, ...environment(connection, '--env'), '--', command, ...args];
  }
  const url = [...add, '--url', mcpUrl(connection)];
  // Codex keeps no token: it reads the variable each time it starts.
  return connection.token === 'none' ? url : [...url, '--bearer-token-env-var', tokenVariable];
}

function geminiCommand(connection: Connection<CommandToken>, scope: Scope): Word[] {
  const add = ['gemini', 'mcp', 'add', '-s', scope];
  if (connection.transport === 'stdio') {
    const { command, args } = connection.server;
    const dashed = args.findIndex((arg) => arg.startsWith('-'));
    const plain = dashed < 0 ? args : args.slice(0, dashed);
    return [
      ...add,
      entryName,
      command,
      ...plain,
      ...environment(connection),
      '--',
      ...args.slice(plain.length),
    ];
  }
  return [...add, '-t', connection.transport, entryName, mcpUrl(connection), ...header(connection)];
}

/** @param flag `-e` before each pair, in a form that also takes one pair at a time */
function environment(connection: StdioConnection<CommandToken>, flag = '-e'): Word[] {
  const { server, token } = connection;
  const pairs: Word[] = Object.entries(server.env).map(([name, value]) => `${name}=${value}`);
  if (token !== 'none') pairs.push(tokenWord(token, `${tokenVariable}=`));
  return pairs.flatMap((pair) => [flag, pair]);
}

function header({ token }: Connection<CommandToken>): Word[] {
  return token === 'none' ? [] : ['--header', tokenWord(token, 'Authorization: Bearer ')];
}

function tokenWord(token: Exclude<CommandToken, 'none'>, before: string): Word {
  if (token === 'placeholder') return { text: before, variable: tokenVariable };
  return before + (token === 'reference' ? `\${${tokenVariable}}` : token.value);
}
