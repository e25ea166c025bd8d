import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Exit,
  type ProcessOptions,
  type Relay,
  runtimeFileIn,
  spawnProcess,
  untilServing,
} from '../../support/program-process.ts';
import { freePort } from '../../support/ports.ts';
import type { Model } from '../model.ts';
import type { Place } from './ask.ts';

export type RelaySetup = Omit<ProcessOptions, 'home'> & {
  /** Where its data directory goes, unless `home` is given. */
  folder: string;
  home?: string;
  host?: string;
  /** Certificates that may sign the relay's. */
  ca?: () => Buffer[];
};

/** A relay that is killed, stopped and started again, always with the same data directory and at the same place. */
export class RelayUnderTest implements AsyncDisposable {
  readonly home: string;
  readonly place: Place;
  readonly #options: ProcessOptions;
  #relay: Relay | undefined;
  #refusal: (Exit & { said: string }) | undefined;

  private constructor(options: ProcessOptions, place: Place) {
    this.home = options.home;
    this.place = place;
    this.#options = options;
  }

  /** Starts one. */
  static async start({
    folder,
    home,
    host = '127.0.0.1',
    ca,
    args = [],
    ...rest
  }: RelaySetup): Promise<RelayUnderTest> {
    const port = await freePort();
    const limits = ['--max-sse', '1000', '--max-sse-per-channel', '1000', '--log-level', 'warn'];
    const options = {
      ...rest,
      home: home ?? mkdtempSync(join(folder, 'relay-')),
      args: ['--host', host, '--port', String(port), ...limits, ...args],
    };
    const relay = new RelayUnderTest(options, { host, port, ca });
    await relay.start();
    return relay;
  }

  /** @throws Error with what it said, if it ends instead */
  async start(): Promise<void> {
    this.#relay = await untilServing(spawnProcess(this.#options));
  }

  /** Starts it where it may not be able to. Whether it serves; else it has ended, and `refusal` says how. */
  async startIfItCan(): Promise<boolean> {
    const program = spawnProcess(this.#options);
    try {
      this.#relay = await untilServing(program);
      return true;
    } catch {
      this.#relay = undefined;
      this.#refusal = { ...(await program.exited), said: program.stderr };
      return false;
    }
  }

  /** How the last start ended that was tried in vain, and what it said. */
  get refusal(): (Exit & { said: string }) | undefined {
    return this.#refusal;
  }

  get isRunning(): boolean {
    return this.#relay !== undefined && !this.#relay.hasEnded;
  }

  get pid(): number {
    return this.#running.pid;
  }

  get databasePath(): string {
    return join(this.home, 'claude-bridge.db');
  }

  /** The token with every right that the relay of this moment has. */
  get localToken(): string {
    return runtimeFileIn(this.home).token;
  }

  /** What it has logged since it was started last. */
  get log(): string {
    return this.#running.stderr;
  }

  logged(text: string | RegExp): Promise<void> {
    return this.#running.logged(text);
  }

  signal(name: NodeJS.Signals): void {
    this.#running.signal(name);
  }

  async kill(): Promise<void> {
    await this.#relay?.kill();
  }

  async stop(): Promise<Exit> {
    return this.#running.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  get #running(): Relay {
    if (!this.#relay) throw new Error('the relay was never started');
    return this.#relay;
  }
}

/** A start that was tried in vain must have ended with one of these codes, and a sentence as its last word. */
export function expectRefusal(
  relay: RelayUnderTest,
  model: Model,
  codes: readonly number[],
  sentence: RegExp,
): void {
  const { refusal } = relay;
  if (!refusal) throw new Error('no start was refused');
  const lines = refusal.said.trim().split('\n');
  if (!codes.includes(refusal.code ?? -1) || !sentence.test(lines.at(-1) ?? '')) {
    const how = refusal.code ?? refusal.signal ?? 'nothing';
    model.violated(
      `a start in vain ended with exit code ${how} (not ${codes.join(' or ')}) and said: ${refusal.said.trim()}`,
    );
  }
}

/** Starts it where it must not be able to. */
export async function expectRefusedStart(
  relay: RelayUnderTest,
  model: Model,
  codes: readonly number[],
  sentence: RegExp,
): Promise<void> {
  if (await relay.startIfItCan())
    model.violated('the relay has started although it should not have been able to');
  else expectRefusal(relay, model, codes, sentence);
}
