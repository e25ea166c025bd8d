/** The name under which clients know the relay. */
export const entryName = 'claude-bridge';

/** The variable from which clients read their token. */
export const tokenVariable = 'CLAUDE_BRIDGE_TOKEN';

/** What can be connected to a relay, in the order in which it is offered. */
export const clientIds = ['claude', 'codex', 'gemini', 'cursor', 'mcp-json', 'curl'] as const;
export type ClientId = (typeof clientIds)[number];

export const transports = ['http', 'sse', 'stdio'] as const;
export type Transport = (typeof transports)[number];

/** For everything this user does, or for one folder, where it may be shared with others. */
export const scopes = ['user', 'project'] as const;
export type Scope = (typeof scopes)[number];

export interface Client {
  name: string;
  transports: readonly Transport[];
  /** The usual one first. Empty where nothing is set up. */
  scopes: readonly Scope[];
}

export const clients: Readonly<Record<ClientId, Client>> = {
  claude: { name: 'Claude Code', transports, scopes: ['user', 'project'] },
  codex: { name: 'Codex', transports: ['http', 'stdio'], scopes: ['user'] },
  gemini: { name: 'Gemini CLI', transports, scopes: ['user', 'project'] },
  cursor: { name: 'Cursor', transports, scopes: ['user', 'project'] },
  'mcp-json': { name: '.mcp.json', transports, scopes: ['project'] },
  curl: { name: 'curl', transports: ['http'], scopes: [] },
};
