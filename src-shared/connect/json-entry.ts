import { tokenVariable, type ClientId } from './client.ts';
import { mcpUrl, type Connection, type EntryToken } from './connection.ts';

/** Clients that keep their servers under `mcpServers` in a JSON file. */
export type JsonClientId = Exclude<ClientId, 'codex' | 'curl'>;

/** Keys of an entry that say how the server is reached. Others, such as time-outs, are the user's own. */
export const connectionKeys = ['type', 'url', 'httpUrl', 'headers', 'command', 'args', 'env'] as const;

export type JsonEntry = Readonly<Partial<Record<(typeof connectionKeys)[number], unknown>>>;

/** How each client spells a variable in its configuration. */
const references: Readonly<Record<JsonClientId, string>> = {
  claude: `\${${tokenVariable}}`,
  'mcp-json': `\${${tokenVariable}}`,
  gemini: `\${${tokenVariable}}`,
  cursor: `\${env:${tokenVariable}}`,
};

/** What stands at `mcpServers["claude-bridge"]`. */
export function jsonEntry(client: JsonClientId, connection: Connection): JsonEntry {
  const token = tokenText(client, connection.token);
  if (connection.transport === 'stdio') {
    const { command, args, env } = connection.server;
    const variables = token === undefined ? env : { ...env, [tokenVariable]: token };
    return {
      ...(hasType(client) ? { type: 'stdio' } : {}),
      command,
      args,
      ...(Object.keys(variables).length > 0 ? { env: variables } : {}),
    };
  }
  return {
    // Cursor finds out by itself what a URL speaks.
    ...(client === 'cursor' ? {} : { type: connection.transport }),
    url: mcpUrl(connection),
    ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
  };
}

/** Gemini and Cursor know a program by its command. */
function hasType(client: JsonClientId): boolean {
  return client === 'claude' || client === 'mcp-json';
}

function tokenText(client: JsonClientId, token: EntryToken): string | undefined {
  if (token === 'none') return undefined;
  return token === 'reference' ? references[client] : token.value;
}
