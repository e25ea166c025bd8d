import { stringify } from 'smol-toml';
import { entryName, tokenVariable } from './client.ts';
import { mcpUrl, type Connection } from './connection.ts';

/** Keys of a Codex entry that say how the server is reached. Others, such as time-outs, are the user's own. */
export const codexConnectionKeys = [
  'url',
  'bearer_token_env_var',
  'http_headers',
  'env_http_headers',
  'command',
  'args',
  'env',
  'env_vars',
] as const;

type TomlText = string | readonly string[] | Readonly<Record<string, string>>;

export type CodexEntry = Readonly<Partial<Record<(typeof codexConnectionKeys)[number], TomlText>>>;

/** What stands in the table `[mcp_servers.claude-bridge]`. Codex does not speak HTTP+SSE. */
export function codexEntry(connection: Connection): CodexEntry {
  const { token } = connection;
  if (connection.transport === 'stdio') {
    const { command, args } = connection.server;
    const env =
      typeof token === 'object'
        ? { ...connection.server.env, [tokenVariable]: token.value }
        : connection.server.env;
    return {
      command,
      args,
      ...(Object.keys(env).length > 0 ? { env } : {}),
      // Passed on from Codex's own environment.
      ...(token === 'reference' ? { env_vars: [tokenVariable] } : {}),
    };
  }
  const url = mcpUrl(connection);
  if (token === 'none') return { url };
  if (token === 'reference') return { url, bearer_token_env_var: tokenVariable };
  return { url, http_headers: { Authorization: `Bearer ${token.value}` } };
}

/** The header of the table that holds the entry. */
export const codexTableHeader = `[mcp_servers.${entryName}]`;

/** The entry as lines of TOML, one for each key, without the header. */
export function codexLines(entry: CodexEntry): string[] {
  return Object.entries(entry).map(([key, value]) =>
    isTable(value) ? `${key} = { ${lines(value).join(', ')} }` : lines({ [key]: value }).join(' '),
  );
}

function isTable(value: TomlText): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && !Array.isArray(value);
}

function lines(table: Readonly<Record<string, string | readonly string[]>>): string[] {
  return stringify(table).trim().split('\n');
}
