import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../load/connection.ts';
import { processUsage, type Usage } from './process-usage.ts';

/** How often a starting server is asked whether it is there, in ms: the resolution of what a start takes. */
const askEveryMs = 3;

const startLimitMs = 20_000;
const stopLimitMs = 10_000;

export interface ServerOptions {
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  port: number;
  /** A path that is answered with 200 as soon as the server works. */
  path: string;
}

/** A server in a process of its own, started by this Node. */
export class ServerProcess implements AsyncDisposable {
  readonly address: Address;
  /** From spawning it to its first answer, in ms. */
  readonly startMs: number;
  readonly #child: ChildProcess;
  readonly #kill: () => void;

  private constructor(child: ChildProcess, { address, startMs }: { address: Address; startMs: number }) {
    this.#child = child;
    this.#kill = () => child.kill('SIGKILL');
    // No server stays behind when the benchmark is broken off.
    process.once('exit', this.#kill);
    this.address = address;
    this.startMs = startMs;
  }

  static async start({ args, env, port, path }: ServerOptions): Promise<ServerProcess> {
    const address = { host: '127.0.0.1', port };
    const started = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-2_000)));
    while (!(await answers(address, path))) {
      if (child.exitCode !== null || performance.now() - started > startLimitMs) {
        child.kill('SIGKILL');
        throw new Error(`a server did not start (${args.join(' ')}): ${errors}`);
      }
      await sleep(askEveryMs);
    }
    return new ServerProcess(child, { address, startMs: performance.now() - started });
  }

  /** Undefined where the system does not tell. */
  usage(): Usage | undefined {
    return this.#child.pid === undefined ? undefined : processUsage(this.#child.pid);
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const hurry = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    await ended;
    clearTimeout(hurry);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function answers(address: Address, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    get({ ...address, path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).once('error', () => resolve(false));
  });
}

/** A port that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
