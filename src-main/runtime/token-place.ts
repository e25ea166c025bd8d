import { BridgeError } from '../../src-shared/bridge-error.ts';
import type { Actor } from '../relay/actor.ts';
import { replaceToken } from '../security/token-file.ts';
import { refuseFixed } from '../settings/fixed.ts';
import type { LoadedSettings } from '../settings/load.ts';
import type { SharedToken } from './shared-token.ts';

/** Keeps the generated token elsewhere than in the token file. */
export interface TokenVault {
  /** The token, if it is kept here; asked for each time that it counts. */
  read: () => string | undefined;
  write: (token: string) => Promise<void>;
}

/** Where the shared token lies. */
export interface TokenPlace {
  /** Null if it is in a vault. */
  file: string | null;
  /** Puts another one there. @throws BridgeError `invalid_value` or ConfigurationError when it cannot be written */
  keep: (token: string) => void | Promise<void>;
}

export interface TokenRotation {
  /** For how long the token in use still counts. */
  graceSeconds: number;
  by?: Actor | undefined;
}

export interface RotatedToken {
  token: string;
  /** Where it is kept, unless that is a vault. */
  file: string | null;
  /** In ms since 1970. */
  oldUntil: number;
}

/**
 * Where another shared token is to be put, so that the next start finds it.
 * @throws BridgeError `setting_fixed` when a flag or variable holds the token itself, `conflict` when there is none
 */
export function tokenPlaceOf(loaded: LoadedSettings, shared: SharedToken, vault?: TokenVault): TokenPlace {
  const file = loaded.tokenFile ?? shared.file;
  if (file !== undefined) return { file, keep: (token) => replaceToken(file, token) };
  if (shared.token === undefined) {
    throw new BridgeError('conflict', 'this relay asks for no token; switch on requireToken to have one');
  }
  if (loaded.settings.authToken === undefined && vault) return { file: null, keep: vault.write };
  refuseFixed(loaded.sources, ['authToken']);
  return {
    file: loaded.paths.settingsFile,
    keep: async (authToken) => (await loaded.amend({ authToken })).save(),
  };
}
