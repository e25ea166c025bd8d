import { BridgeError } from '../../src-shared/bridge-error.ts';
import { bindNeedsToken } from '../security/access-policy.ts';
import { readOrCreateToken } from '../security/token-file.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { LoadedSettings } from '../settings/load.ts';

export interface SharedToken {
  token: string | undefined;
  /** Where it is kept, if this program made it. */
  file?: string;
  /** It was made at this start. */
  created?: boolean;
}

/**
 * The token that clients must bring: the configured one; on an address that others can reach, or where one is
 * required, one that was generated, so that a relay is never open by accident; else none.
 * @param kept a token that was generated before and is kept elsewhere than in the token file
 * @throws ConfigurationError when the token file cannot be used
 */
export function sharedToken(
  { settings, paths }: Pick<LoadedSettings, 'settings' | 'paths'>,
  kept?: string,
): SharedToken {
  const { authToken, requireToken, host, allowUnauthenticatedNetwork } = settings;
  if (authToken !== undefined) return { token: authToken };
  if (!requireToken && !bindNeedsToken(host, allowUnauthenticatedNetwork)) return { token: undefined };
  if (kept !== undefined) return { token: kept };
  try {
    return { ...readOrCreateToken(paths.tokenFile), file: paths.tokenFile };
  } catch (error) {
    throw error instanceof BridgeError ? new ConfigurationError(error.message) : error;
  }
}
