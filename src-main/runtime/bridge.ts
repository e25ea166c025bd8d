import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RelayAddress } from '../../src-shared/api.ts';
import type { ReloadResponse, Settings } from '../../src-shared/settings.ts';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { createApp } from '../http/app.ts';
import { Gate } from '../http/gate.ts';
import { listen, type Listener } from '../http/listen.ts';
import type { Mcp } from '../mcp/index.ts';
import { listAddresses } from '../security/addresses.ts';
import { AuthThrottle } from '../security/auth-throttle.ts';
import { Authentication } from '../security/authentication.ts';
import { BrowserSessions } from '../security/browser-sessions.ts';
import { type CertificateWatch, watchCertificate } from '../security/certificate-watch.ts';
import { expiryWarning, loadCertificate, type LoadedCertificate } from '../security/certificate.ts';
import { Credentials } from '../security/credentials.ts';
import { parseTrustedProxies } from '../security/forwarded.ts';
import { HostPolicy } from '../security/host-policy.ts';
import { OriginPolicy } from '../security/origin-policy.ts';
import { generateSecret } from '../security/token-file.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { reloadSettings } from '../settings/reload.ts';
import { type Core, startCore } from './core.ts';
import type { Log } from './log.ts';
import { prepareScratch } from './scratch.ts';
import { dashboardFolder } from './dashboard-folder.ts';
import { removeRuntimeFile, writeRuntimeFile } from './runtime-file.ts';

/** How long open requests may take to finish when the relay stops, in ms; streams end at once. */
const drainMs = 2_000;

/** How often a relay that runs for months looks whether its certificate is about to end, in ms. */
const expiryCheckMs = 86_400_000;

export interface BridgeOptions {
  loaded: LoadedSettings;
  /** The shared token in use, whether configured or generated. */
  token: string | undefined;
  version: string;
  log: Log;
}

/**
 * The running relay: every part, started in the order in which it can fail — certificate, database, port — and
 * stopped in the opposite one. The command line and the desktop application run the same one.
 */
export class Bridge {
  readonly #log: Log;
  readonly #version: string;
  readonly #token: string | undefined;
  readonly #localToken = generateSecret();
  #loaded: LoadedSettings;
  #settings: Settings;
  #hostPolicy: HostPolicy;
  #originPolicy: OriginPolicy;
  #core: Core | undefined;
  #listener: Listener | undefined;
  #certificate: LoadedCertificate | undefined;
  #certificateWatch: CertificateWatch | undefined;
  #expiryCheck: NodeJS.Timeout | undefined;
  #mcp: Promise<Mcp> | undefined;
  readonly #dashboard: string | undefined;
  #warnedOfQueryToken = false;

  constructor({ loaded, token, version, log }: BridgeOptions) {
    this.#loaded = loaded;
    this.#settings = loaded.settings;
    this.#token = token;
    this.#version = version;
    this.#log = log;
    this.#hostPolicy = hostPolicyOf(loaded.settings);
    this.#originPolicy = new OriginPolicy(loaded.settings.corsOrigins);
    this.#dashboard = loaded.settings.dashboard ? dashboardFolder() : undefined;
  }

  /**
   * Binds the port last: once it answers, everything behind it works.
   * @throws ConfigurationError for the certificate and the data directory, BridgeError `storage_*` for the database,
   *   `port_unavailable`
   */
  async start(): Promise<void> {
    this.#certificate = this.#loadCertificate();
    this.#core = startCore(() => this.#settings, this.#log);
    try {
      this.#listener = await this.#listen(this.#core);
      this.#watchCertificate();
      this.#leaveWord(this.#core);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Takes no further requests, ends streams, lets open requests finish, then closes the store. */
  async stop(): Promise<void> {
    removeRuntimeFile(this.#loaded.paths, this.#localToken);
    this.#certificateWatch?.close();
    clearInterval(this.#expiryCheck);
    const drained = this.#listener?.close(drainMs);
    this.#core?.relay.stop();
    await (await this.#mcp)?.close();
    await drained;
    await this.#core?.stop();
  }

  /**
   * Reads the settings again and takes over what may change while running.
   * @throws BridgeError `invalid_value` when a source is broken; everything stays as it was
   */
  async reload(): Promise<ReloadResponse> {
    const next = await this.#loaded.reload().catch((error: unknown) => {
      throw error instanceof ConfigurationError
        ? new BridgeError('invalid_value', error.message)
        : toError(error);
    });
    const { settings, report } = reloadSettings(this.#settings, next.settings);
    const hostPolicy = hostPolicyOf(settings);
    const originPolicy = new OriginPolicy(settings.corsOrigins);
    this.#loaded = next;
    this.#settings = settings;
    this.#hostPolicy = hostPolicy;
    this.#originPolicy = originPolicy;
    this.#log.level = settings.logLevel;
    this.#log.info(report, 'settings read again');
    return report;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get scheme(): 'http' | 'https' {
    return this.#certificate ? 'https' : 'http';
  }

  /** The port in use, also when the system chose it. */
  get port(): number {
    return this.#listener?.port ?? this.#settings.port;
  }

  /** Every address of this machine, and whether this relay is reached there. Needs a relay that has started. */
  addresses(): RelayAddress[] {
    const { host } = this.#settings;
    return listAddresses({
      bindHost: host,
      boundAddress: this.#listener?.address ?? host,
      port: this.port,
      scheme: this.scheme,
      accepts: (name) => this.#hostPolicy.accepts(name),
    });
  }

  get databasePath(): string {
    return this.#core?.store.path ?? this.#settings.db;
  }

  /** A page is served at `/`. */
  get hasDashboard(): boolean {
    return this.#dashboard !== undefined;
  }

  get certificate(): LoadedCertificate | undefined {
    return this.#certificate;
  }

  #listen({ relay, audit }: Core): Promise<Listener> {
    const settings = this.#settings;
    const credentials = new Credentials({ token: this.#token, localToken: this.#localToken });
    const sessions = new BrowserSessions({
      ttlSeconds: () => this.#settings.sessionTtlSeconds,
      maxSessions: () => this.#settings.maxBrowserSessions,
      onDisplaced: ({ id, address }) =>
        this.#log.warn(
          { session: id, address },
          'a browser session gave way to a new one; see maxBrowserSessions',
        ),
    });
    const gate = new Gate({
      authentication: new Authentication({
        credentials,
        sessions,
        throttle: new AuthThrottle(() => this.#settings.failedAuthPerMinute),
        allowUnauthenticatedNetwork: settings.allowUnauthenticatedNetwork,
      }),
      hostPolicy: () => this.#hostPolicy,
      originPolicy: () => this.#originPolicy,
      trustedProxies: parseTrustedProxies(settings.trustedProxies),
      audit,
      maxRequestBytes: () => this.#settings.maxRequestBytes,
      queryToken: settings.queryToken,
      onQueryToken: () => this.#warnOfQueryToken(),
      onError: (error, request) => this.#log.error({ err: error, ...described(request) }, 'a request failed'),
    });
    const app = createApp(
      {
        relay,
        sessions,
        tokenRequired: credentials.tokenRequired,
        version: this.#version,
        startedAt: Date.now(),
        mcp: () => this.#startMcp(relay),
        reload: () => this.reload(),
        scratchFile: prepareScratch(this.#loaded.paths),
        addresses: () => this.addresses(),
        limits: () => this.#settings,
        dashboard: this.#dashboard,
      },
      gate,
    );
    return listen({
      host: settings.host,
      port: settings.port,
      tls: this.#certificate,
      handle: (request, response) => {
        if (this.#log.isLevelEnabled('debug')) logWhenDone(this.#log, request, response);
        app(request, response);
      },
    });
  }

  /** Once: it is the habit that is wrong, not each request. */
  #warnOfQueryToken(): void {
    if (this.#warnedOfQueryToken) return;
    this.#warnedOfQueryToken = true;
    this.#log.warn(
      'a client sent its token in the address (?token=), where proxies and histories keep it; prefer the Authorization header, or refuse it with --no-query-token',
    );
  }

  /** The MCP library costs 90 ms and 10 MB, so it is loaded when the first agent connects. */
  #startMcp(relay: Core['relay']): Promise<Mcp> {
    this.#mcp ??= import('../mcp/index.ts').then(({ createMcp }) =>
      createMcp({
        relay,
        version: this.#version,
        limits: () => this.#settings,
        stateless: this.#settings.statelessHttp,
        log: this.#log,
      }),
    );
    return this.#mcp;
  }

  #leaveWord({ store }: Core): void {
    writeRuntimeFile(this.#loaded.paths, {
      url: `${this.scheme}://${this.#localHost()}:${this.port}`,
      pid: process.pid,
      version: this.#version,
      token: this.#localToken,
      startedAt: new Date().toISOString(),
      db: store.path,
    });
  }

  #loadCertificate(): LoadedCertificate | undefined {
    const { tlsCert, tlsKey } = this.#settings;
    if (tlsCert === undefined || tlsKey === undefined) return undefined;
    try {
      return loadCertificate({ certPath: tlsCert, keyPath: tlsKey });
    } catch (error) {
      throw error instanceof BridgeError ? new ConfigurationError(error.message) : error;
    }
  }

  #watchCertificate(): void {
    const { tlsCert, tlsKey } = this.#settings;
    if (!this.#certificate || tlsCert === undefined || tlsKey === undefined) return;
    this.#certificateWatch = watchCertificate(
      { certPath: tlsCert, keyPath: tlsKey, current: this.#certificate },
      (certificate) => {
        this.#certificate = certificate;
        this.#listener?.useCertificate(certificate);
        this.#log.info({ validTo: certificate.validTo }, 'the certificate was replaced');
        for (const warning of certificate.warnings) this.#log.warn(warning);
      },
      (error) => this.#log.error({ err: error }, 'the new certificate cannot be used; the old one stays'),
    );
    this.#expiryCheck = setInterval(() => {
      const warning = this.#certificate && expiryWarning(this.#certificate.validTo, tlsCert, new Date());
      if (warning !== undefined) this.#log.warn(warning);
    }, expiryCheckMs).unref();
  }

  /** A host under which this machine reaches the relay. */
  #localHost(): string {
    const { host } = this.#settings;
    if (host === '0.0.0.0' || host === '') return '127.0.0.1';
    if (host === '::' || host === '[::]') return '[::1]';
    return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  }
}

function hostPolicyOf({ host, trustedHosts }: Settings): HostPolicy {
  return new HostPolicy({ bindHost: host, trustedHosts });
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
