import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';

/**
 * The text of a client's configuration file, byte order mark included; undefined if there is none.
 * @throws BridgeError `invalid_value` when it cannot be read or is not UTF-8
 */
export function readConfigFile(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(`cannot read ${path}`, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BridgeError('invalid_value', `${path} is not UTF-8 text; nothing was changed`);
  }
}

export interface Replacement {
  path: string;
  /** What the file held when the change was worked out. */
  before: string | undefined;
  after: string;
  /** Of a file that is new, less what the user's mask takes away. */
  mode: number;
}

/**
 * Puts the new text into the file, at once or not at all, with the mode and the owner that it had; a link stays one.
 * @returns the copy of the old file that was left beside it (mode 0600), if there was one
 * @throws BridgeError `conflict` when the file has changed since, `invalid_value` when it cannot be written
 */
export function replaceConfigFile({ path, before, after, mode }: Replacement): string | undefined {
  try {
    const file = before === undefined ? path : realpathSync(path);
    if (readConfigFile(file) !== before) {
      throw new BridgeError('conflict', `${path} was changed meanwhile; nothing was written, try again`);
    }
    if (before === undefined) {
      mkdirSync(dirname(file), { recursive: true });
      writeWhole(file, after, { created: mode });
      return undefined;
    }
    const backup = `${file}.before-claude-bridge`;
    const was = statSync(file);
    writeWhole(backup, before, { created: 0o600, was });
    writeWhole(file, after, { created: 0o600, was, keepsMode: true });
    return backup;
  } catch (error) {
    throw error instanceof BridgeError ? error : unusable(`cannot write ${path}`, error);
  }
}

interface Appearance {
  /** Of the file that is new, less what the user's mask takes away. */
  created: number;
  /** Whose file it was, and its mode if that is to stay. */
  was?: Stats;
  keepsMode?: boolean;
}

function writeWhole(path: string, text: string, { created, was, keepsMode = false }: Appearance): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx', created);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (was && keepsMode) chmodSync(draft, was.mode & 0o777);
    if (was && was.uid !== process.getuid?.()) chownSync(draft, was.uid, was.gid);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function unusable(what: string, error: unknown): BridgeError {
  return new BridgeError('invalid_value', `${what}: ${toError(error).message}`, { cause: error });
}
