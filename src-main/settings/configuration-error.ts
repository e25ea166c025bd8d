import { shorten } from '../../src-shared/text.ts';
import { definitionOf, type SettingKey } from '../../src-shared/settings.ts';
import { maskedSecret } from '../../src-shared/settings/check.ts';

/** A setting that cannot be used. The message is one line and holds no secret; the exit code is 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Longest piece of a bad value that an error repeats, in code points. */
const shownLength = 80;

/**
 * @param where the flag, the variable or the file and key
 * @param rule completes the sentence "`where` …"
 */
export function badValue(where: string, key: SettingKey, culprit: unknown, rule: string): ConfigurationError {
  const shown = definitionOf(key).secret ? maskedSecret : quoted(culprit);
  return new ConfigurationError(`${where} ${rule}, not ${shown}`);
}

/** A file or directory that cannot be used, in words, e.g. "cannot read /x/config.json: permission denied". */
export function unusable(action: string, path: string, error: unknown): ConfigurationError {
  return new ConfigurationError(`cannot ${action} ${path}: ${fault(error)}`, { cause: error });
}

function fault(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'it is a directory';
    case 'ENOTDIR':
      return 'a part of the path is not a directory';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return code ?? 'unknown fault';
  }
}

function quoted(value: unknown): string {
  // JSON escapes most of what would break the line or steer the terminal, but not these.
  const oneLine = JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return shorten(oneLine, shownLength);
}
