import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  spawnProcess,
  untilServing,
  type Exit,
  type ProcessOptions,
  type Program,
  type Relay,
} from './program-process.ts';

export { programEntry, runtimeFileIn, type Exit, type Program, type Relay } from './program-process.ts';

/**
 * The program as its users start it: a process of its own with a data directory of its own. Whatever is still running
 * or lying about when a test file ends is removed then; tests that want it earlier say `await using`.
 */

/** Without a data directory the program gets a new one. */
export type StartOptions = Partial<ProcessOptions>;

export interface Result extends Exit {
  stdout: string;
  stderr: string;
}

const running = new Set<Program>();
const directories = new Set<string>();

afterAll(async () => {
  await Promise.all(Array.from(running, (program) => program.kill()));
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  directories.clear();
});

/** A new empty directory that is removed when the test file ends. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'claude-bridge-'));
  directories.add(directory);
  return directory;
}

export interface RelayOptions extends StartOptions {
  /** The port comes from the settings file of `home`, so that it can be changed while the relay runs. */
  portFromFile?: boolean;
}

/** Starts a relay on a free port and resolves when it serves. Rejects with what it said if it ends instead. */
export async function startRelay({ portFromFile, ...options }: RelayOptions = {}): Promise<Relay> {
  const port = portFromFile === true ? [] : ['--port', '0'];
  return untilServing(spawnProgram({ ...options, args: [...port, ...(options.args ?? [])] }));
}

/** Runs a command to its end. */
export async function runProgram(args: readonly string[], options: StartOptions = {}): Promise<Result> {
  await using program = spawnProgram({ ...options, args });
  program.stdin.end();
  const exit = await program.exited;
  return { ...exit, stdout: program.stdout, stderr: program.stderr };
}

/** Starts the program without waiting for anything. */
export function spawnProgram(options: StartOptions = {}): Program {
  const program = spawnProcess({ ...options, home: options.home ?? scratchDirectory() });
  running.add(program);
  const forget = () => running.delete(program);
  program.exited.then(forget, forget);
  return program;
}
