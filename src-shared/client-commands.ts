/** The name under which clients know the relay, and the variable from which they read their token. */
const clientEntry = 'claude-bridge';
const tokenVariable = 'CLAUDE_BRIDGE_TOKEN';

/**
 * How a command carries the token: not at all, as `$CLAUDE_BRIDGE_TOKEN` for the shell to fill in, or itself. The
 * last only where the command is shown to the owner of the token and nobody else.
 */
export type CommandToken = 'none' | 'placeholder' | { value: string };

/** Ready commands for bash, zsh and other POSIX shells, one line each. */
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

/** `baseUrl` is where the relay answers for the reader of the command, e.g. `http://127.0.0.1:8765`. */
export function clientCommands(options: { baseUrl: string; token: CommandToken }): ClientCommands {
  const base = options.baseUrl.replace(/\/+$/, '');
  const mcp = shellQuote(`${base}/mcp`);
  const needsToken = options.token !== 'none';
  const authorization = authorizationHeader(options.token);
  const header = needsToken ? ` --header ${authorization}` : '';
  const curlHeader = needsToken ? ` -H ${authorization}` : '';
  const greeting = JSON.stringify({ channel: 'demo:hello', sender: 'me', content: 'Hello' });

  return {
    setToken: setToken(options.token),
    // `--header` takes every word that follows it, so it stands last.
    claude: `claude mcp add --scope user --transport http ${clientEntry} ${mcp}${header}`,
    // Codex keeps no token: it reads the variable each time it starts.
    codex: `codex mcp add ${clientEntry} --url ${mcp}${needsToken ? ` --bearer-token-env-var ${tokenVariable}` : ''}`,
    gemini: `gemini mcp add -s user -t http ${clientEntry} ${mcp}${header}`,
    curl:
      `curl -s${curlHeader} -H 'Content-Type: application/json' -d ${shellQuote(greeting)} ` +
      shellQuote(`${base}/api/send`),
    listen: `curl -sN${curlHeader} ${shellQuote(`${base}/events/channel/demo:hello`)}`,
  };
}

/** `word` as a shell takes it literally. Brackets count as special: zsh would look for files named like `http://[::1]`. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function authorizationHeader(token: CommandToken): string {
  return typeof token === 'object'
    ? shellQuote(`Authorization: Bearer ${token.value}`)
    : `"Authorization: Bearer $${tokenVariable}"`;
}

function setToken(token: CommandToken): string | undefined {
  if (token === 'none') return undefined;
  if (typeof token === 'object') return `export ${tokenVariable}=${shellQuote(token.value)}`;
  // Asks for the token, so that it stays out of the shell history. Understood by bash and zsh.
  return `read -rs ${tokenVariable} && export ${tokenVariable}`;
}
