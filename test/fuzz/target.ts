import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Given with every start, so that no request can move the relay elsewhere, or shut everybody out. */
const fixed = ['--host', '127.0.0.1', '--port', '0', '--log-level', 'error'];

/** High enough that limits are met sometimes, and not only they. */
const roomy = [
  '--failed-auth-per-minute',
  '100000',
  '--send-rate-per-minute',
  '600000',
  '--max-mcp-sessions',
  '32',
];

export const sharedToken = 'a-shared-token-of-the-fuzzer';

const heapProbe = fileURLToPath(new URL('heap-probe.ts', import.meta.url));

/** The relay under test, a process of its own with a data directory of its own. */
export class Target implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly port: number;
  /** Has every right. */
  readonly localToken: string;
  readonly database: string;
  #log: string;

  private constructor(child: ChildProcess, home: string) {
    const { url, token, db } = JSON.parse(readFileSync(join(home, 'runtime/relay.json'), 'utf8')) as Record<
      string,
      string
    >;
    this.#child = child;
    this.#log = '';
    this.port = Number(new URL(url ?? '').port);
    this.localToken = token ?? '';
    this.database = db ?? '';
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.#log = `${this.#log}${chunk.toString()}`.slice(-100_000)),
    );
  }

  /** @param program the entry of the program: the bundle, or the sources */
  static async start(program: string, home: string): Promise<Target> {
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--import', heapProbe, program, ...fixed, ...roomy],
      {
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          CLAUDE_BRIDGE_HOME: home,
          CLAUDE_BRIDGE_AUTH_TOKEN: sharedToken,
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    process.once('exit', () => child.kill('SIGKILL'));
    let [said, errors] = ['', ''];
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, 'exit').then(() => {
      throw new Error(`the relay did not start: ${errors}`);
    });
    const started = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        said = `${said}${chunk.toString()}`.slice(-10_000);
        // The banner's closing rule is the last thing that a start does.
        if (/(━+)\n[^]*\n\1\n/.test(said)) resolve();
      });
    });
    await Promise.race([started, exited]);
    exited.catch(() => undefined);
    return new Target(child, home);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written to its log lately. Only errors are written there. */
  get log(): string {
    return this.#log;
  }

  /** Bytes of heap in use when all that can go has gone. */
  async heap(): Promise<number> {
    const answered = once(this.#child, 'message');
    this.#child.send('heap');
    return Number((await answered)[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
