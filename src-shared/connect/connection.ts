/**
 * The token in a client's own configuration: none; the variable `CLAUDE_BRIDGE_TOKEN`, which the client reads each
 * time it starts; or the secret itself, for a client whose owner has asked for that.
 */
export type EntryToken = 'none' | 'reference' | { value: string };

/**
 * The token in a command: there it may also be the value that the variable has where the command is run, which then
 * ends up in the client's configuration.
 */
export type CommandToken = EntryToken | 'placeholder';

/** How a client gets to the relay. */
export type Connection<Token = EntryToken> = HttpConnection<Token> | StdioConnection<Token>;

export interface HttpConnection<Token = EntryToken> {
  transport: 'http' | 'sse';
  /** Where the relay answers for this client, e.g. `http://127.0.0.1:8765`. */
  baseUrl: string;
  token: Token;
}

/** The client starts the program itself and speaks with it over standard input and output. */
export interface StdioConnection<Token = EntryToken> {
  transport: 'stdio';
  server: StdioServer;
  /** A relay elsewhere needs one; the database of this machine does not. */
  token: Token;
}

export interface StdioServer {
  command: string;
  args: readonly string[];
  /** Clients start their servers with few of their own variables, so what matters is named. */
  env: Readonly<Record<string, string>>;
}

/** Where the MCP transport answers. */
export function mcpUrl({ transport, baseUrl }: Omit<HttpConnection, 'token'>): string {
  return `${baseUrl.replace(/\/+$/, '')}/${transport === 'http' ? 'mcp' : 'sse'}`;
}
