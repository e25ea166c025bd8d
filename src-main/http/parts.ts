import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { ReloadResponse, SettingsChange, SettingsResponse } from '../../src-shared/api/settings.ts';
import type { TokenRotated } from '../../src-shared/api/tokens.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import type { Meters } from '../metrics/meters.ts';
import type { Actor } from '../relay/actor.ts';
import type { Audit } from '../relay/audit.ts';
import type { Relay } from '../relay/relay.ts';
import type { Retention } from '../relay/retention.ts';
import type { BrowserSessions } from '../security/browser-sessions.ts';
import type { MachineTokens } from '../security/machine-tokens.ts';
import type { Pairings } from '../security/pairings.ts';
import type { Principal } from '../security/principal.ts';
import type { Refusals } from './refusals.ts';

/** What a call over MCP knows about its request. */
export interface McpContext {
  principal: Principal;
  address: string;
  body: unknown;
  /** Headers that every response carries. */
  extraHeaders: Readonly<Record<string, string>>;
}

type McpHandler = (request: IncomingMessage, response: ServerResponse, context: McpContext) => Promise<void>;

/** The MCP transports over HTTP, which are loaded at their first use. */
export interface McpOverHttp {
  streamableHttp: { handle: McpHandler };
  legacySse: { open: McpHandler; post: McpHandler };
}

/** What an administrator may do with the running relay as a whole. */
export interface Operations {
  status(): BridgeStatus;
  settings(): SettingsResponse;
  /** @throws BridgeError; nothing has changed then */
  apply(body: object, by: Actor): Promise<SettingsChange>;
  reload(by: Actor): Promise<ReloadResponse>;
  /** @throws BridgeError; nothing has changed then */
  rotateToken(rotation: { graceSeconds?: number | undefined }, by: Actor): Promise<TokenRotated>;
}

/** What the routes need. */
export interface RouteParts {
  relay: Relay;
  audit: Audit;
  sessions: BrowserSessions;
  machineTokens: MachineTokens;
  pairings: Pairings;
  refusals: Refusals;
  /** SHA-256 of the certificate in use; null without TLS. */
  tlsFingerprint: () => string | null;
  /** A token is configured, so that there is something to sign in to. */
  tokenRequired: () => boolean;
  version: string;
  /** When the relay started, in ms since 1970. */
  startedAt: number;
  mcp: () => Promise<McpOverHttp>;
  /** Open MCP sessions, by transport. */
  mcpSessions: () => { streamable: number; legacy: number };
  meters: Meters;
  retention: Retention;
  operations: Operations;
  /** Names a new file for a purpose, in a place that only we can read and that has space. */
  scratchFile: (purpose: string) => string;
  /** Where this relay is, or could be, reached. */
  addresses: () => RelayAddress[];
  limits: () => {
    maxPageBytes: number;
    subscriberBufferBytes: number;
    retentionDays: number;
    stuckMinutes: number;
    /** Whether figures are shown channel by channel. */
    metricsChannels: boolean;
    /** Whether the page is served. */
    dashboard: boolean;
    tokenGraceSeconds: number;
  };
  /** Folder of the page at `/`, if it was built. */
  dashboard: string | undefined;
}
