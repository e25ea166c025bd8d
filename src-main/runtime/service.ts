import type { Settings } from '../../src-shared/settings.ts';
import type { Operations } from '../http/parts.ts';
import type { Actor } from '../relay/actor.ts';
import type { LoadedCertificate } from '../security/certificate.ts';
import { generateSecret, generateToken } from '../security/token-file.ts';
import { type Change, changeOf } from '../settings/change.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { CertificateKeeper, certificateOf } from './certificate-keeper.ts';
import { type Core, startCore } from './core.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { HttpFace } from './http-face.ts';
import type { Log } from './log.ts';
import { LocalDoor } from './local-door.ts';
import { policiesOf, type Policies } from './policies.ts';
import { removeRuntimeFile, writeRuntimeFile } from './runtime-file.ts';
import { prepareScratch } from './scratch.ts';
import { sharedToken, type SharedToken } from './shared-token.ts';
import { type RotatedToken, type TokenRotation, tokenPlaceOf, type TokenVault } from './token-place.ts';
import { type LocalUrls, Whereabouts } from './whereabouts.ts';

export interface ServiceParts {
  loaded: LoadedSettings;
  version: string;
  log: Log;
  /** See `BridgeOptions`. */
  vault: TokenVault | undefined;
  operations: Operations;
  /** Told when something that people are shown has changed by itself. */
  onChange: () => void;
}

/** New settings, how to keep them, and who wants them. */
export interface Proposal {
  loaded: LoadedSettings;
  save: () => Promise<void>;
  by?: Actor | undefined;
}

/**
 * Every part of a relay that serves, started in the order in which it can fail — data directory, certificate,
 * database, port — and stopped in the opposite one.
 */
export class Service {
  readonly core: Core;
  readonly face: HttpFace;
  readonly whereabouts: Whereabouts;
  readonly startedAt = new Date();
  readonly #parts: ServiceParts;
  readonly #keeper: CertificateKeeper;
  readonly #localToken = generateSecret();
  readonly #door: LocalDoor;
  #settings: Settings;
  #policies: Policies;
  #shared: SharedToken;
  #nameScratchFile: (purpose: string) => string = notYet;

  private constructor(parts: ServiceParts, certificate: LoadedCertificate | undefined, shared: SharedToken) {
    const { loaded, log, version, operations, onChange } = parts;
    const settings = () => this.#settings;
    this.#parts = parts;
    this.#settings = loaded.settings;
    this.#policies = policiesOf(loaded.settings);
    this.#shared = shared;
    this.#keeper = new CertificateKeeper({
      log,
      onRenewed: (renewed) => {
        this.whereabouts.useCertificate(renewed);
        onChange();
      },
    });
    this.core = startCore(settings, log);
    this.#keeper.use(certificate, loaded.settings);
    this.whereabouts = new Whereabouts({
      ...{ log, settings, onChange },
      policies: () => this.#policies,
      certificate: () => this.certificate,
      leaveWord: (urls) => this.#leaveWord(urls),
    });
    this.face = new HttpFace({
      ...{ core: this.core, version, log, settings, operations, localToken: this.#localToken },
      policies: () => this.#policies,
      addresses: () => this.whereabouts.addresses,
      scratchFile: (purpose) => this.#nameScratchFile(purpose),
      tlsFingerprint: () => this.certificate?.fingerprint256 ?? null,
      token: shared.token,
    });
    this.#door = new LocalDoor({ handle: this.face.handle, token: this.#localToken });
  }

  /**
   * Binds the port last: once it answers, everything behind it works.
   * @throws ConfigurationError for the data directory and the token file, BridgeError `invalid_value` for the
   *   certificate and the lists of names, `storage_*` for the database, `port_unavailable`
   */
  static async start(parts: ServiceParts): Promise<Service> {
    const { settings, paths } = parts.loaded;
    prepareDataDirectory(paths);
    const shared = sharedToken(parts.loaded, parts.vault?.read());
    const service = new Service(parts, certificateOf(settings), shared);
    try {
      await service.#open();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  /**
   * Takes over what may change while running. All that can be refused is tried before the settings are kept; until
   * then everything is as it was, and after that nothing can fail.
   * @throws BridgeError `invalid_value`, `port_unavailable`; ConfigurationError
   */
  async change({ loaded, save, by }: Proposal): Promise<Change> {
    const change = changeOf(this.#settings, loaded.settings);
    const { settings } = change;
    const policies = policiesOf(settings);
    const shared = sharedToken({ settings, paths: loaded.paths }, this.#parts.vault?.read());
    const certificate = this.#certificateFor(settings);
    const move = await this.whereabouts.prepare(settings, certificate);
    try {
      await save();
    } catch (error) {
      await move.undo();
      throw error;
    }
    const record = () => this.#record(change, by);
    // Once the log is off, nothing says that it was switched off.
    if (!settings.auditLog) record();
    this.#settings = settings;
    this.#policies = policies;
    this.#shared = shared;
    if (certificate !== this.#keeper.current) this.#keeper.use(certificate, settings);
    this.face.shared.use(shared.token);
    if ('allowUnauthenticatedNetwork' in change.applied) this.face.shared.shutDoor();
    this.#parts.log.level = settings.logLevel;
    move.commit();
    if (settings.auditLog) record();
    this.whereabouts.follow();
    return change;
  }

  /**
   * Gives everybody another token, kept where the one in use is. That one still counts for a while, also over a restart.
   * @throws BridgeError `setting_fixed`, `conflict`, `invalid_value`, `storage_*`; nothing has changed then
   */
  async rotateToken(loaded: LoadedSettings, { graceSeconds, by }: TokenRotation): Promise<RotatedToken> {
    const { file, keep } = tokenPlaceOf(loaded, this.#shared, this.#parts.vault);
    const token = generateToken();
    const oldUntil = await this.face.shared.rotate({ token, graceSeconds, keep: () => keep(token) });
    this.core.audit.record({ event: 'token_rotate', detail: 'the shared token' }, by);
    if (this.#settings.authToken !== undefined) this.#settings = { ...this.#settings, authToken: token };
    this.#shared = { ...this.#shared, token, created: false };
    return { token, file, oldUntil };
  }

  /** Takes no further requests, ends streams, lets open requests finish, then closes the store. */
  async stop(): Promise<void> {
    removeRuntimeFile(this.#parts.loaded.paths, this.#localToken);
    this.#keeper.close();
    const drained = this.whereabouts.close();
    this.core.relay.stop();
    await this.face.stop();
    await drained;
    this.#door.close();
    await this.core.stop();
  }

  /**
   * Answers a request of this very process, which has every right, without any port: see `LocalDoor`.
   * @throws BridgeError `shutting_down`
   */
  fetch(request: Request): Promise<Response> {
    return this.#door.fetch(request);
  }

  get settings(): Settings {
    return this.#settings;
  }

  get shared(): SharedToken {
    return this.#shared;
  }

  get certificate(): LoadedCertificate | undefined {
    return this.#keeper.current;
  }

  async #open(): Promise<void> {
    await this.core.relay.pausing.watch(this.#parts.onChange);
    this.#nameScratchFile = prepareScratch(this.#parts.loaded.paths);
    await this.face.open();
    await this.whereabouts.open(this.face);
  }

  /** The certificate in use stays as long as its files do: the keeper follows their content. */
  #certificateFor(settings: Settings): LoadedCertificate | undefined {
    const { tlsCert, tlsKey } = this.#settings;
    const isSame = tlsCert === settings.tlsCert && tlsKey === settings.tlsKey;
    return isSame ? this.#keeper.current : certificateOf(settings);
  }

  #record({ applied, afterRestart }: Change, by: Actor | undefined): void {
    const names = [...Object.keys(applied), ...afterRestart];
    if (names.length === 0) return;
    this.core.audit.record({ event: 'settings_change', detail: names.join(', ') }, by);
  }

  #leaveWord([url, ...alsoAt]: LocalUrls): void {
    writeRuntimeFile(this.#parts.loaded.paths, {
      ...{ url, alsoAt },
      pid: process.pid,
      version: this.#parts.version,
      token: this.#localToken,
      startedAt: this.startedAt.toISOString(),
      db: this.core.store.path,
    });
  }
}

function notYet(): never {
  throw new Error('the relay does not serve yet');
}
