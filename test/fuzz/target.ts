import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFetch } from '../../src-main/remote/node-fetch.ts';
import type { MadeCertificate } from '../support/certificates.ts';

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

const probe = fileURLToPath(new URL('probe.ts', import.meta.url));

/** What the relay holds when all that can go has gone. */
export interface Holdings {
  /** Bytes of heap in use. */
  heap: number;
  /** Open connections. */
  connections: number;
}

/** The relay under test, a process of its own with a data directory of its own. */
export class Target implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #tokenFile: string;
  readonly home: string;
  readonly url: string;
  readonly port: number;
  /** The certificate to expect, of a relay that encrypts. */
  readonly ca: string | undefined;
  /** Knows that certificate. */
  readonly fetch: typeof fetch;
  /** Has every right. */
  readonly localToken: string;
  #log: string;

  private constructor(child: ChildProcess, { home, tokenFile, certificate }: Place) {
    const runtime: unknown = JSON.parse(readFileSync(join(home, 'runtime/relay.json'), 'utf8'));
    const { url, token } = runtime as Record<'url' | 'token', string>;
    this.#child = child;
    this.#tokenFile = tokenFile;
    this.#log = '';
    this.home = home;
    this.url = url;
    this.port = Number(new URL(url).port);
    this.localToken = token;
    this.ca = certificate && readFileSync(certificate.certPath, 'utf8');
    this.fetch = nodeFetch(this.ca === undefined ? { kind: 'system' } : { kind: 'authority', pem: this.ca });
    child.stderr?.on(
      'data',
      (chunk: Buffer) => (this.#log = `${this.#log}${chunk.toString()}`.slice(-100_000)),
    );
  }

  /**
   * @param program the entry of the program: the bundle, or the sources
   * @param home an empty folder
   * @param certificate has it encrypt
   */
  static async start(program: string, home: string, certificate?: MadeCertificate): Promise<Target> {
    const tokenFile = join(home, 'shared-token');
    writeFileSync(tokenFile, 'a-shared-token-of-the-fuzzer\n', { mode: 0o600 });
    const tls = certificate ? ['--tls-cert', certificate.certPath, '--tls-key', certificate.keyPath] : [];
    const flags = [...fixed, ...roomy, '--auth-token-file', tokenFile, ...tls];
    const child = spawn(process.execPath, ['--expose-gc', '--import', probe, program, ...flags], {
      env: { PATH: process.env['PATH'], HOME: home, CLAUDE_BRIDGE_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
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
    return new Target(child, { home, tokenFile, certificate });
  }

  /** As it is now: requests with every right may rotate it. */
  get sharedToken(): string {
    return readFileSync(this.#tokenFile, 'utf8').trim();
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has written to its log lately. Only errors are written there. */
  get log(): string {
    return this.#log;
  }

  /** Has it collect its garbage first. */
  async holdings(): Promise<Holdings> {
    const answered = once(this.#child, 'message');
    this.#child.send('look');
    return (await answered)[0] as Holdings;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.running) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

interface Place {
  home: string;
  tokenFile: string;
  certificate: MadeCertificate | undefined;
}
