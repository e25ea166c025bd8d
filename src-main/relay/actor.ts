/** Who asks, as far as rules, presence and the audit log need to know. */
export interface Actor {
  /** The label of its credential. */
  principal: string;
  /** Address of the client; absent for a process of this machine that speaks stdio. */
  address?: string | undefined;
  /** What it calls itself, if it said so. */
  client?: { name: string; version: string } | undefined;
  transport: 'http' | 'mcp' | 'sse' | 'stdio' | 'stream';
}
