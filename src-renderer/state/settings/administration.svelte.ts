import { createContext } from 'svelte';
import type { SessionBody } from '../../../src-shared/api/sessions.ts';
import type { StorageResponse } from '../../../src-shared/api/storage.ts';
import type { SharedTokenResponse } from '../../../src-shared/api/tokens.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { RunningStatus } from '../../../src-shared/bridge-status.ts';
import type { ApiClient } from '../../../src-shared/client/api-client.ts';
import { answered, type Application } from '../application.svelte.ts';
import { RelaySettings } from './relay-settings.svelte.ts';
import { settingsSource } from './settings-source.ts';
import type { Whereabouts } from './whereabouts.ts';

export interface AdministrationParts {
  api: ApiClient;
  application: Application | undefined;
  /** See `RelaySettings`. */
  here: Whereabouts | undefined;
  move: (origin: string) => void;
  /** Something was changed that other parts of the page show as well. */
  onChanged: () => void;
}

/** The relay as an administrator sees and changes it. */
export class Administration {
  readonly settings: RelaySettings;
  readonly application: Application | undefined;
  storage = $state.raw<StorageResponse>();
  sessions = $state.raw<readonly SessionBody[]>([]);
  /** What was last found under `search`. */
  search = $state('');
  readonly #api: ApiClient;
  #told = $state.raw<RunningStatus>();

  /** How it runs; undefined while it does not, or that is not known. */
  readonly running = $derived.by(() =>
    this.application ? (this.application.state?.relay.running ?? undefined) : this.#told,
  );

  constructor({ api, application, here, move, onChanged }: AdministrationParts) {
    this.#api = api;
    this.application = application;
    this.settings = new RelaySettings({
      source: settingsSource(api, application),
      ...{ here, move },
      port: () => this.running?.port,
      onChanged: () => {
        onChanged();
        void this.look();
      },
    });
  }

  async load(): Promise<void> {
    await Promise.all([this.settings.load(), this.look()]);
  }

  /** Asks the relay for what is no setting. While it does not answer, what is shown stays. */
  async look(): Promise<void> {
    try {
      const [running, storage, { sessions }] = await Promise.all([
        this.#api.relay(),
        this.#api.storage(),
        this.#api.sessions(),
      ]);
      this.#told = running;
      this.storage = storage;
      this.sessions = sessions;
    } catch (error) {
      // Why it does not answer is at the head of the page, and whether it lets this browser in beside the settings.
      if (!(error instanceof BridgeError)) throw error;
    }
  }

  /** What keeping messages for so many days would remove. @throws BridgeError */
  preview(days: number): Promise<StorageResponse> {
    return this.#api.storage({ retention_days: days });
  }

  /** Gives everybody another shared token. @throws BridgeError */
  async rotateToken(graceSeconds: number): Promise<SharedTokenResponse> {
    const body = { grace_seconds: graceSeconds };
    const rotated = this.application
      ? await answered(this.application.bridge.rotateToken(body))
      : await this.#api.rotateSharedToken(body);
    await this.look();
    return rotated;
  }

  /** @throws BridgeError */
  async pause(): Promise<void> {
    await this.#api.pause();
    await this.look();
  }

  /** @throws BridgeError */
  async resume(): Promise<void> {
    await this.#api.resume();
    await this.look();
  }

  /** Signs a browser out, without an id all of them. @throws BridgeError */
  async endSession(id?: string): Promise<void> {
    if (id === undefined) await this.#api.revokeSessions();
    else await this.#api.revokeSession(id);
    await this.look();
  }
}

export const [useAdministration, provideAdministration] = createContext<Administration>();
