import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { BridgeError, toError } from '../../src-shared/bridge-error.ts';
import { commandLine } from '../../src-shared/connect/shell.ts';
import type { Place } from './place.ts';

/** After this time a client's program is not going to end by itself, in ms. */
const patienceMs = 60_000;

/**
 * Runs a client's own program to its end.
 * @param program the file to run, absolute
 * @throws BridgeError `invalid_value` with what it said when it fails
 */
export async function runProgram(program: string, args: readonly string[], place: Place): Promise<void> {
  const { file, words, verbatim } = howToSpawn(program, args, place.platform);
  const child = spawn(file, words, {
    cwd: place.directory,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patienceMs,
    windowsHide: true,
    windowsVerbatimArguments: verbatim,
  });
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve(code === null ? `was ended by ${signal ?? 'nobody'}` : String(code)),
    );
  });
  let said: string[];
  let code: string;
  try {
    [code, ...said] = await Promise.all([ended, text(child.stderr), text(child.stdout)]);
  } catch (error) {
    throw new BridgeError('invalid_value', `cannot run ${program}: ${toError(error).message}`, {
      cause: error,
    });
  }
  if (code === '0') return;
  const reason =
    said.map((output) => output.trim()).find((output) => output !== '') ?? `it ended with code ${code}`;
  throw new BridgeError('invalid_value', `${program} ${args.slice(0, 2).join(' ')} failed: ${reason}`);
}

interface Spawned {
  file: string;
  words: string[];
  verbatim: boolean;
}

/** On Windows npm installs batch files, which only cmd runs; Node refuses them, because quoting for cmd is up to us. */
export function howToSpawn(program: string, args: readonly string[], platform: NodeJS.Platform): Spawned {
  if (platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(program)) {
    return { file: program, words: [...args], verbatim: false };
  }
  // With /s the outermost pair of quotation marks goes, whatever stands between.
  const line = commandLine('cmd', [program, ...args]);
  return { file: 'cmd.exe', words: ['/d', '/s', '/c', `"${line}"`], verbatim: true };
}
