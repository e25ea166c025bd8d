import { readFileSync, statSync } from 'node:fs';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';

/** Certificates with their whole chain take some ten kilobytes; more than this is a wrong path. */
const maxBytes = 1_048_576;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a directory',
  EEXIST: 'a part of its path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links go in a circle',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
};

/**
 * The bytes of a small file that a setting names.
 * @param what how the error names it, for example "the certificate file"
 * @throws BridgeError `invalid_value` with one sentence and `field`
 */
export function readSmallFile(path: string, what: string, field?: string): Buffer {
  let bytes: Buffer;
  try {
    const size = statSync(path).size;
    if (size > maxBytes) throw fault(`${what} ${path} is too large to be one (${size} bytes)`, field);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    throw fault(`${what} ${path} cannot be read: ${reasonOf(error)}`, field, error);
  }
  return bytes;
}

/** Why a file operation failed, in words that follow a colon. */
export function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? code ?? toError(error).message;
}

/** A setting that cannot be used: start-up stops with this sentence. */
export function fault(sentence: string, field?: string, cause?: unknown): BridgeError {
  return new BridgeError('invalid_value', sentence, { field, cause });
}

/** Whether other users of this machine can read the file. Unknown, and so false, on Windows. */
export function isReadableByOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o044) !== 0;
}
