import { pino, type Logger } from 'pino';
import type { Settings } from '../../src-shared/settings.ts';

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

/** A log for people on a terminal, JSON lines otherwise. */
export async function createLog(level: Settings['logLevel']): Promise<Log> {
  const options = { level, base: null, redact: { paths: secrets, censor: '[secret]' } };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: standardError, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(
    options,
    pretty({
      destination: standardError,
      sync: true,
      translateTime: 'HH:MM:ss',
      colorize: !process.env['NO_COLOR'],
    }),
  );
}
