import type { SettingBody } from '../../src-shared/api/settings.ts';
import type { TokenRotated } from '../../src-shared/api/tokens.ts';
import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { TokenKeeping } from '../../src-shared/desktop-state.ts';
import type { EmbeddedRelay } from './embedded-relay.ts';
import type { KeptToken } from './kept-token.ts';

export interface RelayTokenParts {
  relay: EmbeddedRelay;
  kept: KeptToken;
}

/** The token that clients must bring: where it is kept, what it is, and how it is replaced. */
export class RelayToken {
  readonly #parts: RelayTokenParts;

  constructor(parts: RelayTokenParts) {
    this.#parts = parts;
  }

  get keeping(): TokenKeeping {
    const { relay, kept } = this.#parts;
    if (relay.token === undefined) return { place: 'none', note: null };
    return this.#isConfigured() ? { place: 'configured', note: null } : kept.keeping;
  }

  /** The token in use; null if clients need none, or the relay does not run. */
  get value(): string | null {
    return this.#parts.relay.token ?? null;
  }

  /**
   * Makes another token, keeps it where the old one was, and has the relay accept it in place of the old one, which counts
   * for so many seconds more, as the settings say if none are given.
   * @throws BridgeError `setting_fixed`, or `conflict` for a token in a file that somebody else keeps
   */
  async rotate(graceSeconds: number | undefined): Promise<TokenRotated> {
    const { relay } = this.#parts;
    if (this.#setting('authTokenFile')?.set) {
      throw new BridgeError('conflict', 'the token is in a file of your own; change it there', {
        field: 'authTokenFile',
      });
    }
    return relay.rotateToken(graceSeconds);
  }

  #isConfigured(): boolean {
    return this.#setting('authToken')?.set === true || this.#setting('authTokenFile')?.set === true;
  }

  #setting(key: SettingBody['key']): SettingBody | undefined {
    return this.#parts.relay.settings().settings.find((setting) => setting.key === key);
  }
}
