import { maxMessageBytes } from './message.ts';
import { addressOrNetwork, bearerToken, bindHost, trustedHost, webOrigin } from './settings-formats.ts';
import { choice, integer, list, path, text, toggle, type SettingDefinition } from './settings-kinds.ts';
import { maxGraceSeconds } from './api/tokens.ts';

/** A century: dates further back than this help nobody and cannot be computed for ever larger numbers. */
const longestDays = 36_500;

/** Browsers keep no cookie for longer than 400 days, in seconds. */
const longestCookie = 34_560_000;

/** The longest time that a timer of Node can hold, in seconds. */
const longestTimer = 2_147_483;

/**
 * Every setting, once: flags, variables, the settings file, `--help`, `config show` and docs/configuration.md are
 * made from this. Names and ranges of the original are those of the wire specification 1.2 and 1.3.
 */
export const settingDefinitions = {
  host: text(
    {
      default: '127.0.0.1',
      schema: bindHost,
      allowed: 'an IP address or a host name, without scheme and port',
      placeholder: 'address',
    },
    {
      env: 'CLAUDE_BRIDGE_HOST',
      flag: '--host',
      group: 'Network',
      doc: 'Address to listen on.',
      reloadable: true,
    },
  ),
  loopback: toggle(true, {
    env: 'CLAUDE_BRIDGE_LOOPBACK',
    flag: '--no-loopback',
    group: 'Network',
    doc: 'Where `host` is the address of one network, listen on loopback at the same port as well (127.0.0.1, for IPv6 ::1), so that programs of this machine keep their address.',
    flagDoc: 'Listen on the address of `--host` alone, and not on loopback as well.',
    reloadable: true,
  }),
  port: integer(
    { default: 8765, min: 0, max: 65_535 },
    {
      env: 'CLAUDE_BRIDGE_PORT',
      flag: '--port',
      group: 'Network',
      doc: 'Port to listen on; 0 lets the system choose.',
      reloadable: true,
    },
  ),
  trustedHosts: list(
    {
      item: trustedHost,
      allowed: 'a list of host names, IP addresses, *.domain or *, without scheme and port',
      placeholder: 'host',
    },
    {
      env: 'CLAUDE_BRIDGE_TRUSTED_HOSTS',
      flag: '--trusted-host',
      group: 'Network',
      doc: "Further names under which clients reach the relay, beside loopback and the machine's own names and addresses.",
      reloadable: true,
    },
  ),
  trustedProxies: list(
    {
      item: addressOrNetwork,
      allowed: 'a list of IP addresses or networks such as 10.0.0.0/8',
      placeholder: 'address',
    },
    {
      env: 'CLAUDE_BRIDGE_TRUSTED_PROXIES',
      flag: '--trusted-proxy',
      group: 'Network',
      doc: 'Proxies whose forwarding headers are believed.',
      reloadable: true,
    },
  ),
  corsOrigins: list(
    {
      item: webOrigin,
      allowed: 'a list of origins such as https://dash.example:8443, without a path',
      placeholder: 'origin',
    },
    {
      env: 'CLAUDE_BRIDGE_CORS_ORIGIN',
      flag: '--cors-origin',
      group: 'Network',
      doc: 'Other web origins whose pages may call the relay.',
      reloadable: true,
    },
  ),
  tlsCert: path(
    { default: undefined, defaultText: 'none' },
    {
      env: 'CLAUDE_BRIDGE_TLS_CERT',
      flag: '--tls-cert',
      group: 'Network',
      doc: 'Certificate chain (PEM); with `tlsKey` it turns on HTTPS.',
      reloadable: true,
    },
  ),
  tlsKey: path(
    { default: undefined, defaultText: 'none' },
    {
      env: 'CLAUDE_BRIDGE_TLS_KEY',
      flag: '--tls-key',
      group: 'Network',
      doc: 'Private key (PEM) of the certificate.',
      reloadable: true,
    },
  ),

  authToken: text(
    {
      default: undefined,
      schema: bearerToken,
      allowed: 'a single line without control characters',
      placeholder: 'token',
    },
    {
      env: 'CLAUDE_BRIDGE_AUTH_TOKEN',
      flag: '--auth-token',
      group: 'Access',
      doc: 'Bearer token that clients must send; the flag is visible in the process list, so prefer the file or the variable.',
      reloadable: true,
      secret: true,
    },
  ),
  authTokenFile: path(
    { default: undefined, defaultText: 'none' },
    {
      env: 'CLAUDE_BRIDGE_AUTH_TOKEN_FILE',
      flag: '--auth-token-file',
      group: 'Access',
      doc: 'File that holds the bearer token.',
      reloadable: true,
    },
  ),
  requireToken: toggle(false, {
    env: 'CLAUDE_BRIDGE_REQUIRE_TOKEN',
    flag: '--require-token',
    group: 'Access',
    doc: 'Require a token also of clients on this machine; one is made if none is given.',
    reloadable: true,
  }),
  allowUnauthenticatedNetwork: toggle(false, {
    env: 'CLAUDE_BRIDGE_ALLOW_UNAUTHENTICATED_NETWORK',
    flag: '--allow-unauthenticated-network',
    group: 'Access',
    doc: 'Serve other machines without a token: whoever reaches the port can read, send and clear.',
    reloadable: true,
  }),
  queryToken: toggle(true, {
    env: 'CLAUDE_BRIDGE_QUERY_TOKEN',
    flag: '--no-query-token',
    group: 'Access',
    doc: 'Accept `?token=` under `/events/`, for clients that cannot set a header.',
    flagDoc: 'Refuse `?token=` under `/events/`.',
    reloadable: true,
  }),
  failedAuthPerMinute: integer(
    { default: 100, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_FAILED_AUTH_PER_MINUTE',
      flag: '--failed-auth-per-minute',
      group: 'Access',
      doc: 'Failed authentications of one address in a minute after which further failing ones are told to wait.',
      reloadable: true,
    },
  ),
  sessionTtlSeconds: integer(
    { default: 28_800, min: 60, max: longestCookie, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_SESSION_TTL_SECONDS',
      flag: '--session-ttl-seconds',
      group: 'Access',
      doc: 'Seconds after which a browser must sign in again; counts for sign-ins from then on.',
      reloadable: true,
    },
  ),
  maxBrowserSessions: integer(
    { default: 100, min: 1, max: 10_000 },
    {
      env: 'CLAUDE_BRIDGE_MAX_BROWSER_SESSIONS',
      flag: '--max-browser-sessions',
      group: 'Access',
      doc: 'Browsers that may be signed in at once; one more signs out a session of the client that holds most of them, the one unused for longest.',
      reloadable: true,
    },
  ),
  pairingTtlSeconds: integer(
    { default: 600, min: 30, max: 86_400, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_PAIRING_TTL_SECONDS',
      flag: '--pairing-ttl-seconds',
      group: 'Access',
      doc: 'Seconds for which a pairing code counts; counts for codes that are made from then on.',
      reloadable: true,
    },
  ),
  tokenGraceSeconds: integer(
    { default: 3600, min: 0, max: maxGraceSeconds, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_TOKEN_GRACE_SECONDS',
      flag: '--token-grace-seconds',
      group: 'Access',
      doc: 'Seconds for which the old secret of a token still counts after a rotation that does not say otherwise.',
      reloadable: true,
    },
  ),

  db: path(
    { default: 'claude-bridge.db', defaultText: 'claude-bridge.db in the data directory' },
    { env: 'CLAUDE_BRIDGE_DB', flag: '--db', group: 'Storage', doc: 'SQLite file that holds the messages.' },
  ),
  durability: choice(['full', 'normal'], 'full', {
    env: 'CLAUDE_BRIDGE_DURABILITY',
    flag: '--durability',
    group: 'Storage',
    doc: 'With `full` an acknowledged message is on disk; with `normal` a power failure may lose the last ones.',
  }),
  eventPollMs: integer(
    { default: 250, min: 50, max: 10_000, unit: 'ms' },
    {
      env: 'CLAUDE_BRIDGE_EVENT_POLL_MS',
      flag: '--event-poll-ms',
      group: 'Storage',
      doc: 'How often to look for writes of other processes that the file watcher may have missed, in milliseconds.',
      reloadable: true,
    },
  ),

  retentionDays: integer(
    { default: 0, min: 0, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_RETENTION_DAYS',
      flag: '--retention-days',
      group: 'Retention and audit',
      doc: 'Delete messages older than this many days; 0 keeps them for ever.',
      reloadable: true,
    },
  ),
  retentionSweepSeconds: integer(
    { default: 3600, min: 10, max: longestTimer, unit: 'seconds' },
    {
      env: 'CLAUDE_BRIDGE_RETENTION_SWEEP_SECONDS',
      flag: '--retention-sweep-seconds',
      group: 'Retention and audit',
      doc: 'Seconds between two sweeps.',
      reloadable: true,
    },
  ),
  eventRetentionDays: integer(
    { default: 7, min: 1, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_EVENT_RETENTION_DAYS',
      flag: '--event-retention-days',
      group: 'Retention and audit',
      doc: 'Days after which events other than messages are deleted.',
      reloadable: true,
    },
  ),
  auditLog: toggle(false, {
    env: 'CLAUDE_BRIDGE_AUDIT_LOG',
    flag: '--audit-log',
    group: 'Retention and audit',
    doc: 'Record refused requests, new channels, clears and changes by administrators in the audit log.',
    reloadable: true,
  }),
  auditRetentionDays: integer(
    { default: 90, min: 1, max: longestDays, unit: 'days' },
    {
      env: 'CLAUDE_BRIDGE_AUDIT_RETENTION_DAYS',
      flag: '--audit-retention-days',
      group: 'Retention and audit',
      doc: 'Days after which audit entries are deleted.',
      reloadable: true,
    },
  ),

  maxSse: integer(
    { default: 100, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_SSE',
      flag: '--max-sse',
      group: 'Event streams',
      doc: 'Event streams that may be open at once.',
      reloadable: true,
    },
  ),
  maxSsePerChannel: integer(
    { default: 25, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_SSE_PER_CHANNEL',
      flag: '--max-sse-per-channel',
      group: 'Event streams',
      doc: 'Event streams of one channel that may be open at once.',
      reloadable: true,
    },
  ),
  sseReplayLimit: integer(
    { default: 500, min: 1, max: 10_000 },
    {
      env: 'CLAUDE_BRIDGE_SSE_REPLAY_LIMIT',
      flag: '--sse-replay-limit',
      group: 'Event streams',
      doc: 'Messages that a resumed stream is sent again at most.',
      reloadable: true,
    },
  ),
  maxWaiters: integer(
    { default: 1_000, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_MAX_WAITERS',
      flag: '--max-waiters',
      group: 'Waiting and presence',
      doc: 'Clients that may wait for messages at once.',
      reloadable: true,
    },
  ),
  stuckMinutes: integer(
    { default: 10, min: 1, max: 525_600 },
    {
      env: 'CLAUDE_BRIDGE_STUCK_MINUTES',
      flag: '--stuck-minutes',
      group: 'Waiting and presence',
      doc: 'Minutes after which an unread message makes its consumer count as stuck.',
      reloadable: true,
    },
  ),
  presenceMinutes: integer(
    { default: 15, min: 1, max: 525_600 },
    {
      env: 'CLAUDE_BRIDGE_PRESENCE_MINUTES',
      flag: '--presence-minutes',
      group: 'Waiting and presence',
      doc: 'Minutes for which an agent counts as present after it was last heard from.',
      reloadable: true,
    },
  ),
  sendRatePerMinute: integer(
    { default: 600_000, min: 0 },
    {
      env: 'CLAUDE_BRIDGE_SEND_RATE_PER_MINUTE',
      flag: '--send-rate-per-minute',
      group: 'Loops and floods',
      doc: 'Messages of one sender on one channel in a minute, sustained; 0 switches the guard off.',
      reloadable: true,
    },
  ),
  sendBurst: integer(
    { default: 100_000, min: 1 },
    {
      env: 'CLAUDE_BRIDGE_SEND_BURST',
      flag: '--send-burst',
      group: 'Loops and floods',
      doc: 'Messages of one sender on one channel that are taken in one go above the rate.',
      reloadable: true,
    },
  ),
  repeatsBeforeWarning: integer(
    { default: 10, min: 0 },
    {
      env: 'CLAUDE_BRIDGE_REPEATS_BEFORE_WARNING',
      flag: '--repeats-before-warning',
      group: 'Loops and floods',
      doc: 'Identical messages in a row within a minute from which a sender is told that it repeats itself; 0 never.',
      reloadable: true,
    },
  ),
  maxHops: integer(
    { default: 1_000, min: 0, max: 10_000 },
    {
      env: 'CLAUDE_BRIDGE_MAX_HOPS',
      flag: '--max-hops',
      group: 'Loops and floods',
      doc: 'Messages that may answer or cause each other in a row before a further one is refused; 0 for any number.',
      reloadable: true,
    },
  ),
  refuseRepeats: toggle(false, {
    env: 'CLAUDE_BRIDGE_REFUSE_REPEATS',
    flag: '--refuse-repeats',
    group: 'Loops and floods',
    doc: 'Refuse those repeats instead of only saying so.',
    reloadable: true,
  }),

  subscriberBufferBytes: integer(
    { default: 262_144, min: 16_384, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_SUBSCRIBER_BUFFER_BYTES',
      flag: '--subscriber-buffer-bytes',
      group: 'Event streams',
      doc: 'Bytes queued for a slow reader before it is read forward from the database instead.',
      reloadable: true,
    },
  ),

  maxRequestBytes: integer(
    { default: 262_144, min: 1024, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_REQUEST_BYTES',
      flag: '--max-request-bytes',
      group: 'Sizes',
      doc: 'Largest request body.',
      reloadable: true,
    },
  ),
  maxMessageBytes: integer(
    { default: maxMessageBytes, min: 1, max: maxMessageBytes, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_MESSAGE_BYTES',
      flag: '--max-message-bytes',
      group: 'Sizes',
      doc: 'Largest content of a message, in UTF-8 bytes.',
      reloadable: true,
    },
  ),
  maxPageBytes: integer(
    { default: 4_194_304, min: 131_072, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MAX_PAGE_BYTES',
      flag: '--max-page-bytes',
      group: 'Sizes',
      doc: 'Bytes of content that one listing may carry.',
      reloadable: true,
    },
  ),
  mcpResultBytes: integer(
    { default: 65_536, min: 4096, unit: 'bytes' },
    {
      env: 'CLAUDE_BRIDGE_MCP_RESULT_BYTES',
      flag: '--mcp-result-bytes',
      group: 'Sizes',
      doc: 'Bytes that the text and the structure of one tool result may each take.',
      reloadable: true,
    },
  ),

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
    { default: 1800, min: 30, max: longestTimer, unit: 'seconds' },
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

  dashboard: toggle(true, {
    env: 'CLAUDE_BRIDGE_NO_DASHBOARD',
    envInverted: true,
    flag: '--no-dashboard',
    group: 'Dashboard and log',
    doc: 'Serve the dashboard at `/`.',
    flagDoc: 'Do not serve the dashboard at `/`.',
    reloadable: true,
  }),
  metricsChannels: toggle(false, {
    env: 'CLAUDE_BRIDGE_METRICS_CHANNELS',
    flag: '--metrics-channels',
    group: 'Dashboard and log',
    doc: 'Show the names of channels in `/metrics`, with figures for each.',
    reloadable: true,
  }),
  logLevel: choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info', {
    env: 'CLAUDE_BRIDGE_LOG_LEVEL',
    flag: '--log-level',
    group: 'Dashboard and log',
    doc: 'Least severe log lines that are written.',
    reloadable: true,
  }),
} satisfies Record<string, SettingDefinition>;

export type SettingKey = keyof typeof settingDefinitions;

/** The effective value of every setting. Paths are absolute. */
export type Settings = { readonly [K in SettingKey]: (typeof settingDefinitions)[K]['default'] };

export const settingKeys = Object.keys(settingDefinitions) as SettingKey[];

export function definitionOf(key: SettingKey): SettingDefinition {
  return settingDefinitions[key];
}
