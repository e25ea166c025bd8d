/** The limits that the MCP room asks for at each use, so that a reload takes effect at once (docs/configuration.md). */
export interface McpLimits {
  /** Open sessions of both HTTP transports together. */
  maxMcpSessions: number;
  /** Seconds after which a session that nobody uses is closed. */
  mcpSessionIdleSeconds: number;
  /** Bytes that the text and the structure of one tool result may each take; one message always fits. */
  mcpResultBytes: number;
}
