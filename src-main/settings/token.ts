import { readFileSync } from 'node:fs';
import { strip } from '../../src-shared/text.ts';
import type { SettingSource } from '../../src-shared/api/settings.ts';
import { checkSetting } from '../../src-shared/settings/check.ts';
import { ConfigurationError, unusable } from './configuration-error.ts';
import type { Layer } from './layer.ts';

export interface ResolvedToken {
  value: string;
  source: SettingSource;
  /** The file that it was read from. */
  file?: string;
}

/**
 * The token of the strongest source that names one, directly or by file; within one source the token itself wins
 * over the file (wire specification 1.4).
 */
export function resolveToken(layers: readonly Layer[]): ResolvedToken | undefined {
  for (const layer of layers) {
    const token = layer.get('authToken');
    if (typeof token?.value === 'string') return { value: token.value, source: token.source };
    const file = layer.get('authTokenFile');
    if (typeof file?.value === 'string') {
      return { value: readTokenFile(file.value), source: file.source, file: file.value };
    }
  }
  return undefined;
}

/**
 * The token that a file holds, without the whitespace around it.
 * @throws ConfigurationError when it cannot be read or holds none
 */
export function readTokenFile(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw unusable('read the token file', path, error);
  }
  const token = strip(decode(bytes, path));
  if (token === '') throw new ConfigurationError(`the token file ${path} is empty`);
  const checked = checkSetting('authToken', token);
  if (!checked.ok) throw new ConfigurationError(`the token in ${path} ${checked.rule}`);
  return token;
}

function decode(bytes: Buffer, path: string): string {
  try {
    // The decoder also takes off the byte order mark that editors on Windows put in front.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`the token file ${path} is not UTF-8 text`);
  }
}
