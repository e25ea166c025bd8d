import { readFileSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ConfigurationError, unusable } from '../settings/configuration-error.ts';

/** `-` stands for standard input. */
const standardInput = '-';

/**
 * The text of a file, or of standard input for `-`.
 * @param signal ends the reading of standard input, which may take for ever, with its reason
 * @throws ConfigurationError when it cannot be read or is not UTF-8
 */
export async function readInput(path: string, signal: AbortSignal): Promise<string> {
  const name = path === standardInput ? 'standard input' : path;
  let bytes: Buffer;
  try {
    bytes = path === standardInput ? await buffer(addAbortSignal(signal, process.stdin)) : readFileSync(path);
  } catch (error) {
    signal.throwIfAborted();
    throw unusable('read', name, error);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${name} is not UTF-8 text`);
  }
}
