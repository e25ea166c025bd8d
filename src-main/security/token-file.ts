import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { strip } from '../../src-shared/text.ts';
import { fault, readSmallFile, reasonOf } from './text-file.ts';

const what = 'the token file';

/** Lets people and secret scanners recognise the shared token; tokens for single machines carry their id there. */
const prefix = 'cb_shared_';

/** A new secret: 256 random bits in URL-safe Base64, 43 characters that need no quoting in a header, URL or shell. */
export function generateSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new shared token. */
export function generateToken(): string {
  return `${prefix}${generateSecret()}`;
}

/**
 * The token that an earlier start or the operator wrote, without surrounding whitespace.
 * @throws BridgeError `invalid_value` when the file cannot be read, is empty or holds more than one line of text
 */
function readToken(path: string): string {
  const token = strip(decode(readSmallFile(path, what), path));
  if (token === '') throw fault(`${what} ${path} is empty`);
  // A header cannot carry a control character, so such a token could never match.
  // eslint-disable-next-line no-control-regex -- the rule is about control characters
  if (/[\u0000-\u001f\u007f]/.test(token)) {
    throw fault(`${what} ${path} must hold one line of text, the token, and no control characters`);
  }
  return token;
}

/**
 * The token in `path`; if there is no such file, a new token that is then in it, mode 0600, in a directory that is
 * made with mode 0700. Processes that start at the same time agree on one token.
 * @throws BridgeError `invalid_value` when the file cannot be used or made
 */
export function readOrCreateToken(path: string): { token: string; created: boolean } {
  const token = generateToken();
  if (!existsSync(path) && createTokenFile(path, token)) return { token, created: true };
  // Also after losing a race: the file has the last word.
  return { token: readToken(path), created: false };
}

/**
 * Puts another token into `path`, mode 0600: whoever reads it gets the old one or the new one, complete. A link stays,
 * and the file that it leads to is replaced.
 * @throws BridgeError `invalid_value` when it cannot be written; the old one stays then
 */
export function replaceToken(path: string, token: string): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const temporary = `${target}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writePrivateFile(temporary, `${token}\n`);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fault(`${what} ${path} cannot be written: ${reasonOf(error)}`, undefined, error);
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    // The decoder also takes off the byte order mark that editors on Windows put in front.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fault(`${what} ${path} is not UTF-8 text`, undefined, error);
  }
}

/** Whether `path` was made; false if it was there already. */
function createTokenFile(path: string, token: string): boolean {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivateFile(temporary, `${token}\n`);
    try {
      return linkIntoPlace(temporary, path, token);
    } finally {
      unlinkSync(temporary);
    }
  } catch (error) {
    throw fault(`${what} ${path} cannot be written: ${reasonOf(error)}`, undefined, error);
  }
}

/** A link appears with its whole content or not at all, and unlike a rename never replaces what is there. */
function linkIntoPlace(temporary: string, path: string, token: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    // Some file systems (FAT, some network shares) have no links; there the file is complete a moment later.
    if (!isCode(error, 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR')) throw error;
  }
  try {
    writePrivateFile(path, `${token}\n`);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function writePrivateFile(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
