import type { Command } from 'commander';
import { rights, type Right } from '../../src-shared/access.ts';
import { readDuration } from '../../src-shared/duration.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import { collected } from './option-values.ts';

/** What a machine is to be allowed, as it was given on the command line. */
export interface AccessFlags {
  readOnly?: true;
  scope?: string[];
  channels?: string[];
  /** In seconds. */
  expires?: number;
}

/** The same in requests. */
interface RequestedAccess {
  rights: Right[];
  channels: Partial<Record<Right, string[]>>;
}

/** Adds the flags that say what a machine may do. */
export function accessOptions(command: Command): Command {
  return command
    .option('--read-only', 'it may read, and nothing else')
    .option(
      '--scope <right>',
      `repeatable: ${rights.join(', ')}, or one of them on some channels, as in send=payments:*; default read and send`,
      collected,
    )
    .option('--channels <pattern>', 'repeatable: only on these channels, such as payments:*', collected)
    .option(
      '--expires <time>',
      'its token ends by itself, for example after 12h, 30d or 2w',
      duration('--expires'),
    );
}

/**
 * Without any flag, read and send. A right that has channels of its own is not limited further by `--channels`.
 * @throws ConfigurationError
 */
export function readAccess({ readOnly, scope, channels: all = [] }: AccessFlags): RequestedAccess {
  if (readOnly && scope) throw new ConfigurationError('give --read-only or --scope, not both');
  const limits = new Map<Right, string[]>();
  for (const one of scope ?? (readOnly ? ['read'] : ['read', 'send'])) {
    const [right, pattern] = readScope(one);
    limits.set(right, [...(limits.get(right) ?? []), ...(pattern === undefined ? [] : [pattern])]);
  }
  const channels: RequestedAccess['channels'] = {};
  for (const [right, own] of limits) {
    const patterns = own.length > 0 ? own : all;
    if (patterns.length > 0) channels[right] = patterns;
  }
  return { rights: [...limits.keys()], channels };
}

/** `send`, or `send=payments:*`. */
function readScope(text: string): [right: Right, pattern: string | undefined] {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const right = rights.find((one) => one === name);
  if (!right)
    throw new ConfigurationError(`--scope must be ${rights.join(', ')}, or one of them with =channel`);
  return [right, equals < 0 ? undefined : text.slice(equals + 1)];
}

/** Reads a time with its unit, as seconds. */
export function duration(flag: string): (text: string) => number {
  return (text) => {
    const seconds = readDuration(text);
    if (seconds !== undefined) return seconds;
    throw new ConfigurationError(`${flag} must be a time such as 90s, 10m, 12h, 30d or 2w`);
  };
}
