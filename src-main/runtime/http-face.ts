import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { RelayAddress } from '../../src-shared/api/addresses.ts';
import type { Settings } from '../../src-shared/settings.ts';
import { createApp } from '../http/app.ts';
import { Gate } from '../http/gate.ts';
import type { RequestListeners } from '../http/listener.ts';
import type { Operations } from '../http/parts.ts';
import { Refusals } from '../http/refusals.ts';
import type { Mcp } from '../mcp/index.ts';
import { AuthThrottle } from '../security/auth-throttle.ts';
import { Authentication } from '../security/authentication.ts';
import { BrowserSessions } from '../security/browser-sessions.ts';
import { Credentials } from '../security/credentials.ts';
import { MachineTokens } from '../security/machine-tokens.ts';
import { Pairings } from '../security/pairings.ts';
import { SharedTokens } from '../security/shared-tokens.ts';
import type { Core } from './core.ts';
import { dashboardFolder } from './dashboard-folder.ts';
import type { Log } from './log.ts';
import type { Policies } from './policies.ts';

export interface HttpFaceParts {
  core: Core;
  version: string;
  log: Log;
  settings: () => Settings;
  policies: () => Policies;
  operations: Operations;
  addresses: () => RelayAddress[];
  /** See `RouteParts`. */
  scratchFile: (purpose: string) => string;
  tlsFingerprint: () => string | null;
  /** The shared token in use, whether configured or generated. */
  token: string | undefined;
  localToken: string;
}

/** What answers requests over HTTP, whatever they come in by: the gate, the routes and the MCP endpoints behind it. */
export class HttpFace implements RequestListeners {
  readonly handle: RequestListener;
  readonly refusePlain: RequestListener;
  readonly sessions: BrowserSessions;
  readonly shared: SharedTokens;
  readonly #parts: HttpFaceParts;
  readonly #machineTokens: MachineTokens;
  readonly #pairings: Pairings;
  readonly #refusals = new Refusals();
  readonly #credentials: Credentials;
  readonly #dashboard = dashboardFolder();
  #mcp: Promise<Mcp> | undefined;
  #loadedMcp: Mcp | undefined;
  #warnedOfQueryToken = false;

  constructor(parts: HttpFaceParts) {
    const { core, token, localToken, log } = parts;
    this.#parts = parts;
    this.#machineTokens = new MachineTokens({
      store: core.store.tokens,
      onError: (error) => log.error({ err: error }, 'tokens could not be read or noted as used'),
    });
    this.#pairings = new Pairings({
      tokens: this.#machineTokens,
      ttlSeconds: () => parts.settings().pairingTtlSeconds,
    });
    this.shared = new SharedTokens({ token, store: core.store.tokens });
    this.#credentials = new Credentials({
      ...{ shared: this.shared, localToken, machineTokens: this.#machineTokens },
    });
    this.sessions = this.#makeSessions();
    const gate = this.#makeGate();
    const app = this.#makeApp(gate);
    this.refusePlain = (request, response) => gate.requireTls(request, response);
    this.handle = (request, response) => {
      if (log.isLevelEnabled('debug')) logWhenDone(log, request, response);
      app(request, response);
    };
  }

  /** A page is served at `/`. */
  get hasDashboard(): boolean {
    return this.#dashboard !== undefined && this.#parts.settings().dashboard;
  }

  /** Reads what must be known before the first request. @throws BridgeError `storage_*` */
  async open(): Promise<void> {
    await Promise.all([this.#machineTokens.load(), this.shared.load()]);
  }

  /** Ends MCP sessions and streams. */
  async stop(): Promise<void> {
    await (await this.#mcp)?.close();
    this.shared.close();
    await this.#machineTokens.close();
  }

  #makeSessions(): BrowserSessions {
    const { settings, log } = this.#parts;
    return new BrowserSessions({
      ttlSeconds: () => settings().sessionTtlSeconds,
      maxSessions: () => settings().maxBrowserSessions,
      onDisplaced: ({ id, address }) =>
        log.warn({ session: id, address }, 'a browser session gave way to a new one; see maxBrowserSessions'),
    });
  }

  #makeApp(gate: Gate): RequestListener {
    const { core, version, settings, operations, addresses, scratchFile, tlsFingerprint } = this.#parts;
    return createApp(
      {
        relay: core.relay,
        audit: core.audit,
        sessions: this.sessions,
        machineTokens: this.#machineTokens,
        pairings: this.#pairings,
        refusals: this.#refusals,
        tlsFingerprint,
        tokenRequired: () => this.shared.required,
        version,
        startedAt: Date.now(),
        mcp: () => this.#startMcp(),
        mcpSessions: () => this.#loadedMcp?.sessionsByKind() ?? { streamable: 0, legacy: 0 },
        meters: core.meters,
        retention: core.retention,
        operations,
        addresses,
        scratchFile,
        limits: settings,
        dashboard: this.#dashboard,
      },
      gate,
    );
  }

  #makeGate(): Gate {
    const { core, log, settings, policies } = this.#parts;
    return new Gate({
      authentication: new Authentication({
        credentials: this.#credentials,
        sessions: this.sessions,
        throttle: new AuthThrottle(() => settings().failedAuthPerMinute),
        allowUnauthenticatedNetwork: () => settings().allowUnauthenticatedNetwork,
      }),
      hostPolicy: () => policies().host,
      originPolicy: () => policies().origin,
      trustedProxies: () => policies().proxies,
      audit: core.audit,
      refusals: this.#refusals,
      maxRequestBytes: () => settings().maxRequestBytes,
      queryToken: () => settings().queryToken,
      onQueryToken: () => this.#warnOfQueryToken(),
      onError: (error, request) => log.error({ err: error, ...described(request) }, 'a request failed'),
      onRefused: core.meters.refusals('http'),
    });
  }

  /** Once: it is the habit that is wrong, not each request. */
  #warnOfQueryToken(): void {
    if (this.#warnedOfQueryToken) return;
    this.#warnedOfQueryToken = true;
    this.#parts.log.warn(
      'a client sent its token in the address (?token=), where proxies and histories keep it; prefer the Authorization header, or refuse it with --no-query-token',
    );
  }

  /** The MCP library costs 90 ms and 10 MB, so it is loaded when the first agent connects. */
  #startMcp(): Promise<Mcp> {
    const { core, version, settings, log } = this.#parts;
    this.#mcp ??= import('../mcp/index.ts').then(({ createMcp }) => {
      this.#loadedMcp = createMcp({
        relay: core.relay,
        version,
        limits: settings,
        stateless: settings().statelessHttp,
        log,
        onRefused: core.meters.refusals('mcp'),
      });
      return this.#loadedMcp;
    });
    return this.#mcp;
  }
}

/** What the log says about a request: never its query, which may hold a token. */
function described(request: IncomingMessage): object {
  return { method: request.method, path: (request.url ?? '').split('?', 1)[0] };
}

function logWhenDone(log: Log, request: IncomingMessage, response: ServerResponse): void {
  const started = performance.now();
  response.once('close', () => {
    const ms = Math.round(performance.now() - started);
    log.debug({ ...described(request), status: response.statusCode, ms }, 'request');
  });
}
