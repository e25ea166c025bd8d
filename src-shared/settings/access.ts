import { maxGraceSeconds } from '../api/tokens.ts';
import { bearerToken } from './formats.ts';
import { integer, path, text, toggle, type SettingDefinition } from './kinds.ts';

/** Browsers keep no cookie for longer than 400 days, in seconds. */
const longestCookie = 34_560_000;

/** Who has to show what to be let in. */
export const access = {
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
} satisfies Record<string, SettingDefinition>;
