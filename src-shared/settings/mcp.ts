import { longestTimerSeconds } from '../time.ts';
import { integer, type SettingDefinition, toggle } from './kinds.ts';

/** Sessions of agents. */
export const mcp = {
  maxMcpSessions: integer(
    { default: 256, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_MCP_SESSIONS',
      flag: '--max-mcp-sessions',
      group: 'MCP',
      doc: 'MCP sessions that may be open at once.',
      reloadable: true,
    },
  ),
  mcpSessionIdleSeconds: integer(
    { default: 1800, min: 30, max: longestTimerSeconds, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_MCP_SESSION_IDLE_SECONDS',
      flag: '--mcp-session-idle-seconds',
      group: 'MCP',
      doc: 'Seconds without a request after which an MCP session ends.',
      reloadable: true,
    },
  ),
  statelessHttp: toggle(false, {
    env: 'CLAUDE_BRIDGE_STATELESS_HTTP',
    flag: '--stateless-http',
    group: 'MCP',
    doc: 'Serve `/mcp` without sessions.',
  }),
} satisfies Record<string, SettingDefinition>;
