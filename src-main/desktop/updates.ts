import type { AppUpdater } from 'electron-updater';
import type { UpdateState } from '../../src-shared/desktop-state.ts';

/** What of electron-updater is used. */
export type Updater = Pick<
  AppUpdater,
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'checkForUpdates'
  | 'downloadUpdate'
  | 'quitAndInstall'
  | 'on'
  | 'logger'
>;

export interface UpdatesParts {
  updater: Updater;
  /** Why this installation cannot be updated by itself, in words. */
  unsupported: string | undefined;
  onChange: () => void;
  /** About to install, after which the program ends: waited for. */
  onInstall: () => Promise<void>;
}

/**
 * Looks for a newer version when asked to, and only then: each step (look, download, install) is the person's. Nothing
 * happens by itself as long as releases are not signed.
 */
export class Updates {
  readonly #parts: UpdatesParts;
  #state: UpdateState = { kind: 'unchecked' };

  constructor(parts: UpdatesParts) {
    this.#parts = parts;
    const { updater } = parts;
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = false;
    updater.logger = null;
    updater.on('update-available', ({ version }) => this.#enter({ kind: 'available', version }));
    updater.on('update-not-available', () => this.#enter({ kind: 'none' }));
    updater.on('download-progress', ({ percent }) => {
      if (this.#state.kind === 'downloading') this.#enter({ ...this.#state, percent: Math.floor(percent) });
    });
    updater.on('update-downloaded', ({ version }) => this.#enter({ kind: 'ready', version }));
    // Also rejects what was called; without a listener it would be thrown.
    updater.on('error', (error) => this.#fail(error));
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** Takes the next step: look, download, or install and start again. Rejects never; `state` says what came of it. */
  async next(): Promise<void> {
    const { updater, unsupported, onInstall } = this.#parts;
    if (unsupported !== undefined) {
      this.#enter({ kind: 'failed', sentence: unsupported });
      return;
    }
    try {
      switch (this.#state.kind) {
        case 'checking':
        case 'downloading':
          return;
        case 'available':
          this.#enter({ kind: 'downloading', version: this.#state.version, percent: 0 });
          await updater.downloadUpdate();
          return;
        case 'ready':
          await onInstall();
          updater.quitAndInstall();
          return;
        default:
          this.#enter({ kind: 'checking' });
          // Null where updates are switched off, as in a development build.
          if ((await updater.checkForUpdates()) === null) {
            this.#enter({ kind: 'failed', sentence: 'This build cannot look for updates.' });
          }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    // The library puts whole answers into its messages.
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    this.#enter({ kind: 'failed', sentence: `The update did not succeed: ${line.slice(0, 200)}` });
  }

  #enter(state: UpdateState): void {
    this.#state = state;
    this.#parts.onChange();
  }
}
