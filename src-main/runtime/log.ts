import { renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, type Logger } from 'pino';
import type { Settings } from '../../src-shared/settings.ts';
import { prepareFolder } from './data-directory.ts';

export type Log = Logger;

/** Standard error, in every mode: standard output belongs to the banner or to a protocol. */
const standardError = 2;

/** Headers and fields that may hold a secret, should one ever be handed to the log. */
const secrets = [
  'authorization',
  'token',
  'authToken',
  'cookie',
  'content',
  '*.authorization',
  '*.token',
  '*.cookie',
];

/** A log file of this size is put aside when the next run begins, in bytes; one that was put aside before goes. */
const fullFile = 5_000_000;

/**
 * A log in a file, as JSON lines, for a program without a terminal. Only its owner can read it.
 * @throws ConfigurationError when its folder cannot be made
 */
export function createFileLog(path: string): Log {
  prepareFolder(dirname(path));
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > fullFile) renameSync(path, `${path}.old`);
  return pino(options('info'), pino.destination({ dest: path, sync: true, mode: 0o600 }));
}

/** A log for people on a terminal, JSON lines otherwise. */
export async function createLog(level: Settings['logLevel']): Promise<Log> {
  if (!process.stderr.isTTY)
    return pino(options(level), pino.destination({ dest: standardError, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options(level),
    pretty({
      destination: standardError,
      sync: true,
      translateTime: 'HH:MM:ss',
      colorize: !process.env['NO_COLOR'],
    }),
  );
}

function options(level: Settings['logLevel']) {
  return { level, base: null, redact: { paths: secrets, censor: '[secret]' } };
}
