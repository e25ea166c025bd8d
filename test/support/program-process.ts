import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { chooseProgramEntry } from './program-entry.ts';

/** The program as its users start it: a process of its own. What knows about the end of tests is in `program.ts`. */

/** What the tests run: the bundle or the sources. */
export const programEntry = chooseProgramEntry();

export interface ProcessOptions {
  /** The data directory. */
  home: string;
  args?: readonly string[];
  /** Added to an environment that holds nothing of the developer's. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** The user (and group) to run as, where the tests run as root. */
  uid?: number;
  /** For Node itself. */
  nodeFlags?: readonly string[];
  /** A command that runs the program in its turn, with its arguments, such as `prlimit`. */
  through?: readonly string[];
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process of the program, whatever it was asked to do. */
export interface Program extends AsyncDisposable {
  readonly home: string;
  readonly pid: number;
  readonly stdin: Writable;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  readonly exited: Promise<Exit>;
  readonly hasEnded: boolean;
  /** Resolves as soon as standard output, resp. standard error, holds `text`; rejects if the process ends without it. */
  printed(text: string | RegExp): Promise<void>;
  logged(text: string | RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Stops reading its standard output, as `| head` does. */
  closeOutput(): void;
  /** Asks it to stop, and resolves when it has. */
  stop(): Promise<Exit>;
  /** Ends it at once. */
  kill(): Promise<Exit>;
}

/** A relay that answers. */
export interface Relay extends Program {
  readonly url: string;
  readonly port: number;
  /** The token in its runtime file, which has every right. */
  readonly localToken: string;
  readonly databasePath: string;
}

/** Starts the program without waiting for anything. */
export function spawnProcess({
  home,
  args = [],
  env = {},
  cwd = tmpdir(),
  uid,
  nodeFlags = [],
  through = [],
}: ProcessOptions): Program {
  const [command = '', ...words] = [...through, process.execPath, ...nodeFlags, programEntry, ...args];
  const child = spawn(command, words, {
    env: { PATH: process.env['PATH'], HOME: home, CLAUDE_BRIDGE_HOME: home, ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return new ChildProgram(child, home);
}

/** Waits until a relay serves. Rejects with what it said if it ends instead. */
export async function untilServing(program: Program): Promise<Relay> {
  // The banner's closing rule is the last thing that a start does.
  await program.printed(/^(━+)\n[^]*\n\1\n/);
  const { url, token, db } = runtimeFileIn(program.home);
  return Object.assign(program, {
    url,
    port: Number(new URL(url).port),
    localToken: token,
    databasePath: db,
  });
}

/** What the relay of a data directory says at this moment about where it is. */
export function runtimeFileIn(home: string): {
  url: string;
  alsoAt: string[];
  token: string;
  db: string;
} {
  return JSON.parse(readFileSync(join(home, 'runtime/relay.json'), 'utf8')) as ReturnType<
    typeof runtimeFileIn
  >;
}

class ChildProgram implements Program {
  readonly home: string;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #stdout: Output;
  readonly #stderr: Output;

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, home: string) {
    this.home = home;
    this.#child = child;
    this.#stdout = new Output(child.stdout);
    this.#stderr = new Output(child.stderr);
    // A child that ended without reading its input is no fault of the test.
    child.stdin.on('error', () => undefined);
    this.exited = new Promise((resolve, reject) => {
      // `close` comes after the last byte of output, `exit` may come before it.
      child.once('close', (code, signal) => resolve({ code, signal }));
      child.once('error', reject);
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the program could not be started');
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  printed(text: string | RegExp): Promise<void> {
    return this.#await(this.#stdout, text);
  }

  logged(text: string | RegExp): Promise<void> {
    return this.#await(this.#stderr, text);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #await(output: Output, text: string | RegExp): Promise<void> {
    const found = await output.waitFor(text);
    if (found) return;
    const { code, signal } = await this.exited;
    throw new Error(
      `the program ended (code ${code ?? 'none'}, signal ${signal ?? 'none'}) without writing ${String(text)}:\n${this.stdout}${this.stderr}`,
    );
  }
}

/** The text that a process writes, and who waits for what in it. */
class Output {
  text = '';
  #ended = false;
  readonly #look = new Set<() => void>();

  constructor(stream: Readable) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      this.text += chunk;
      for (const look of this.#look) look();
    });
    stream.once('close', () => {
      this.#ended = true;
      for (const look of this.#look) look();
    });
  }

  /** Whether `wanted` was written before the output ended. */
  waitFor(wanted: string | RegExp): Promise<boolean> {
    return new Promise((resolve) => {
      const look = () => {
        const found = typeof wanted === 'string' ? this.text.includes(wanted) : wanted.test(this.text);
        if (!found && !this.#ended) return;
        this.#look.delete(look);
        resolve(found);
      };
      this.#look.add(look);
      look();
    });
  }
}
