import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { unusable } from './configuration-error.ts';
import type { DataPaths } from './paths.ts';

/** The relay elsewhere that this machine has joined (`joined.json`, mode 0600). Its token lies in a file of its own. */
const joinedRelay = z.object({
  url: z.url({ protocol: /^https?$/ }),
  /** SHA-256 of its certificate, where that is not trusted by the system. */
  fingerprint: z.string().optional(),
  /** What this machine is called there. */
  label: z.string(),
  joined_at: z.string(),
});
export type JoinedRelay = z.infer<typeof joinedRelay>;

/** Undefined if this machine has joined none, or the file is damaged. */
export function readJoinedRelay({ joinedFile }: DataPaths): JoinedRelay | undefined {
  let text: string;
  try {
    text = readFileSync(joinedFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable('read', joinedFile, error);
  }
  return joinedRelay.safeParse(parsed(text)).data;
}

/**
 * Remembers the relay and this machine's token there, both for this user only.
 * @throws ConfigurationError when the data directory cannot be written
 */
export function writeJoinedRelay(paths: DataPaths, relay: JoinedRelay, token: string): void {
  try {
    mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable('make', paths.directory, error);
  }
  // The token first: without it the other file would promise too much.
  writeWhole(paths.joinedTokenFile, `${token}\n`);
  writeWhole(paths.joinedFile, `${JSON.stringify(relay, null, 2)}\n`);
}

/** Never half a file, also when the disk is full. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable('write', path, error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
