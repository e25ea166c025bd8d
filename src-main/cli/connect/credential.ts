import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { tokenVariable } from '../../../src-shared/connect/client.ts';
import { strip } from '../../../src-shared/text.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { readTokenFile } from '../../settings/token.ts';
import { targetFlags, type TargetOptions } from '../target-options.ts';

/** A token that a client can bring for longer than this relay runs, and where it is kept. */
export interface Credential {
  value: string;
  /** `variable`: in `CLAUDE_BRIDGE_TOKEN`, where clients look for it. */
  kept: { in: 'file'; path: string } | { in: 'variable' } | { in: 'elsewhere'; name: string };
}

/**
 * What the user has said, by flag or variable.
 * @throws ConfigurationError for a file that cannot be used
 */
export function givenCredential(options: TargetOptions, env: NodeJS.ProcessEnv): Credential | undefined {
  const flag = strip(options.token ?? '');
  if (flag !== '') return { value: flag, kept: { in: 'elsewhere', name: targetFlags.token.flag } };
  if (options.tokenFile !== undefined) return fromFile(options.tokenFile);
  const variable = strip(env[tokenVariable] ?? '');
  if (variable !== '') return { value: variable, kept: { in: 'variable' } };
  const file = strip(env[targetFlags.tokenFile.env] ?? '');
  return file === '' ? undefined : fromFile(file);
}

/**
 * The token of the relay whose settings these are: the configured one, else the one that it has made.
 * @throws ConfigurationError for a file that cannot be used
 */
export function ownCredential({ settings, sources, paths }: LoadedSettings): Credential | undefined {
  const { authToken, authTokenFile } = settings;
  if (authToken !== undefined) {
    const { name } = sources.authToken;
    const isFile = authTokenFile !== undefined && name === sources.authTokenFile.name;
    return {
      value: authToken,
      kept: isFile ? { in: 'file', path: authTokenFile } : { in: 'elsewhere', name },
    };
  }
  return existsSync(paths.tokenFile) ? fromFile(paths.tokenFile) : undefined;
}

function fromFile(path: string): Credential {
  return { value: readTokenFile(path), kept: { in: 'file', path: resolve(path) } };
}
