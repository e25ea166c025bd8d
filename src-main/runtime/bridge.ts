import { BridgeError, toError, type ErrorBody } from '../../src-shared/bridge-error.ts';
import type { BridgeStatus } from '../../src-shared/bridge-status.ts';
import {
  readSettingsPatch,
  type ReloadResponse,
  type SettingsChange,
  type SettingsResponse,
} from '../../src-shared/api/settings.ts';
import { formatTimestamp } from '../../src-shared/time.ts';
import type { TokenRotated } from '../../src-shared/api/tokens.ts';
import type { Operations } from '../http/parts.ts';
import type { Actor } from '../relay/actor.ts';
import { type Change, changeOf } from '../settings/change.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { reportSettings } from '../settings/report.ts';
import type { Log } from './log.ts';
import { type Proposal, Service } from './service.ts';
import { statusOf } from './status.ts';
import type { TokenVault } from './token-place.ts';
import { checkAtRest } from './check-at-rest.ts';

export interface BridgeOptions {
  loaded: LoadedSettings;
  version: string;
  log: Log;
  /** Without it the generated token is kept in the token file. */
  vault?: TokenVault | undefined;
}

type Listener = (status: BridgeStatus) => void;

/**
 * The relay as its owner operates it, with or without HTTP. The command line and the desktop application run the same
 * one. Whatever changes it comes in its turn: a start, a stop and new settings never overlap.
 */
export class Bridge implements Operations {
  readonly #version: string;
  readonly #log: Log;
  readonly #vault: TokenVault | undefined;
  #loaded: LoadedSettings;
  #service: Service | undefined;
  #state: BridgeStatus['state'] = 'stopped';
  #error: ErrorBody | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<Listener>();

  constructor({ loaded, version, log, vault }: BridgeOptions) {
    this.#loaded = loaded;
    this.#version = version;
    this.#log = log;
    this.#vault = vault;
  }

  /** @throws as `Service.start`; `status` then says why it does not run */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  /** Takes no further requests, ends streams, lets open requests finish, then closes the store. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  /** Stops and starts with the settings as they are now, also those that cannot change while it runs. */
  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stop();
      this.#loaded = await refusing(this.#loaded.reload());
      await this.#start();
    });
  }

  /**
   * Changes the settings file and takes over at once what may change while running. Everything that can be refused is
   * tried before anything is kept.
   * @param body see `readSettingsPatch`
   * @throws BridgeError `unknown_field`, `invalid_value`, `setting_fixed`, `port_unavailable`; nothing has changed then
   */
  async apply(body: object, by?: Actor): Promise<SettingsChange> {
    const patch = readSettingsPatch(body);
    return this.#inTurn(async () => {
      const proposal = await refusing(this.#loaded.amend(patch));
      const { applied, afterRestart } = await this.#adopt({ ...proposal, by });
      const service = this.#service;
      return {
        applied,
        after_restart: afterRestart,
        url: service?.whereabouts.url ?? null,
        addresses: service?.whereabouts.listeningAt ?? [],
        token_required: service?.shared.token !== undefined,
      };
    });
  }

  /**
   * Reads the settings again and takes over what may change while running.
   * @throws BridgeError `invalid_value`, `port_unavailable`; everything stays as it was
   */
  reload(by?: Actor): Promise<ReloadResponse> {
    return this.#inTurn(async () => {
      const loaded = await refusing(this.#loaded.reload());
      const { applied, afterRestart } = await this.#adopt({ loaded, save: () => Promise.resolve(), by });
      return { reloaded: applied, unchanged_until_restart: afterRestart };
    });
  }

  /** Goes on storing what is sent, and hands nothing out until `resume`. @throws BridgeError `conflict` at rest */
  async pause(by?: Actor): Promise<void> {
    await this.#serving().core.relay.pausing.begin(by);
  }

  /** @throws BridgeError `conflict` at rest */
  async resume(by?: Actor): Promise<void> {
    await this.#serving().core.relay.pausing.end(by);
  }

  /** The shared token, for the owner of this process only: no request may ever get it by this. */
  showToken(): string | undefined {
    return this.#service?.shared.token;
  }

  /**
   * Gives everybody another shared token, kept where the one in use is.
   * @param graceSeconds for how long that one still counts; as the settings say if left out
   * @throws BridgeError `setting_fixed`, `conflict`, `invalid_value`, `storage_*`; nothing has changed then
   */
  rotateToken(
    { graceSeconds }: { graceSeconds?: number | undefined } = {},
    by?: Actor,
  ): Promise<TokenRotated> {
    return this.#inTurn(async () => {
      const service = this.#serving();
      const rotation = { graceSeconds: graceSeconds ?? service.settings.tokenGraceSeconds, by };
      const { token, file, oldUntil } = await refusing(service.rotateToken(this.#loaded, rotation));
      const { settings } = this.#loaded;
      // A generated token is no setting.
      if (settings.authToken !== undefined) {
        this.#loaded = { ...this.#loaded, settings: { ...settings, authToken: token } };
      }
      this.#log.info({ file, oldUntil: new Date(oldUntil) }, 'the shared token was replaced');
      this.#tell();
      return { token, file, old_until: formatTimestamp(oldUntil) };
    });
  }

  /** Every setting, and what a change would do. */
  settings(): SettingsResponse {
    return reportSettings(this.#loaded, this.#service?.settings ?? this.#loaded.settings);
  }

  status(): BridgeStatus {
    return {
      state: this.#state,
      error: this.#error ?? null,
      running: this.#service ? statusOf(this.#service) : null,
    };
  }

  /** Calls `listener` after each change. Returns the function that ends it. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The parts, while it runs. */
  get service(): Service | undefined {
    return this.#service;
  }

  #serving(): Service {
    if (this.#service) return this.#service;
    throw new BridgeError('conflict', 'the relay does not run');
  }

  async #start(): Promise<void> {
    if (this.#service) return;
    this.#enter('starting');
    try {
      this.#service = await Service.start({
        loaded: this.#loaded,
        version: this.#version,
        log: this.#log,
        vault: this.#vault,
        operations: this,
        onChange: () => this.#tell(),
      });
    } catch (thrown) {
      this.#enter('error', thrown);
      throw thrown;
    }
    this.#enter('running');
  }

  async #stop(): Promise<void> {
    const service = this.#service;
    this.#service = undefined;
    await service?.stop();
    this.#enter('stopped');
  }

  async #adopt(proposal: Proposal): Promise<Change> {
    const service = this.#service;
    const change = await refusing(service ? service.change(proposal) : this.#adoptAtRest(proposal)).catch(
      (error: unknown) => {
        if (service && !service.whereabouts.isListening) this.#collapse(toError(error));
        throw error;
      },
    );
    this.#loaded = proposal.loaded;
    const { applied, afterRestart } = change;
    const isChanged = Object.keys(applied).length > 0 || afterRestart.length > 0;
    this.#log.info(
      isChanged ? { applied, afterRestart } : {},
      isChanged ? 'settings changed' : 'no settings changed',
    );
    this.#tell();
    return change;
  }

  /** Checked as far as it can be without running; all of it counts from the next start on. */
  async #adoptAtRest({ loaded, save }: Proposal): Promise<Change> {
    await checkAtRest(this.#loaded.settings, loaded.settings);
    await save();
    const { applied, afterRestart, settings } = changeOf(this.#loaded.settings, loaded.settings);
    return { settings, applied, afterRestart };
  }

  /** Neither the new port could be bound nor the old one again: what is left is ended, and the status says why. */
  #collapse(error: Error): void {
    this.#log.error({ err: error }, 'the relay has lost its port and stops');
    void this.#inTurn(async () => {
      await this.#stop();
      this.#enter('error', error);
    });
  }

  #enter(state: BridgeStatus['state'], thrown?: unknown): void {
    this.#state = state;
    this.#error = thrown === undefined ? undefined : toRefusal(thrown).toBody();
    this.#tell();
  }

  #tell(): void {
    const status = this.status();
    for (const listener of this.#listeners) listener(status);
  }

  /** Runs `task` once everything that was asked for before is done. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(task, task);
    this.#turn = turn;
    return turn;
  }
}

/** `work`, with the same errors for whatever is wrong with the settings. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ConfigurationError ? toRefusal(error) : error;
  }
}

function toRefusal(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const { message } = toError(thrown);
  return new BridgeError(thrown instanceof ConfigurationError ? 'invalid_value' : 'internal_error', message);
}
