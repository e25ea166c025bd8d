import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Order } from './store-child.ts';

const script = fileURLToPath(new URL('./store-child.ts', import.meta.url));

/** A process of its own with the database open. It is gone when the test ends. */
export class StoreProcess {
  /** What it has said so far: a word and the rest of the line. */
  readonly said: { word: string; rest: string }[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #wakers: (() => void)[] = [];

  private constructor(path: string, how: 'store' | 'plain', options: { uid?: number }) {
    this.#child = spawn(process.execPath, [script, path, how], {
      ...options,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'close');
    if (!this.#child.stdout) throw new Error('the process has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const [word = ''] = line.split(' ', 1);
      this.said.push({ word, rest: line.slice(word.length + 1) });
      for (const wake of this.#wakers.splice(0)) wake();
    });
    onTestFinished(() => this.kill());
  }

  /**
   * Starts a process and waits until it has opened the database, or has said why it cannot.
   * @param how with our store, or with SQLite and nothing else, as any other program
   */
  static async start(
    path: string,
    how: 'store' | 'plain' = 'store',
    options: { uid?: number } = {},
  ): Promise<StoreProcess> {
    const started = new StoreProcess(path, how, options);
    await started.until((said) => said.length > 0);
    return started;
  }

  order(order: Order): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** The rests of the lines that began with `word`. */
  all(word: string): string[] {
    return this.said.filter((line) => line.word === word).map(({ rest }) => rest);
  }

  async until(enough: (said: readonly { word: string; rest: string }[]) => boolean): Promise<void> {
    while (!enough(this.said)) {
      await Promise.race([
        new Promise<void>((resolve) => this.#wakers.push(resolve)),
        this.#ended.then(() => {
          if (!enough(this.said)) throw new Error('the process ended before it said what was expected');
        }),
      ]);
    }
  }

  /** Waits until it has said `word` so many times. */
  async hears(word: string, times = 1): Promise<string[]> {
    await this.until(() => this.all(word).length >= times);
    return this.all(word);
  }

  /** Lets it close the database and waits for its end. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  /** Ends it in the middle of whatever it does, and waits until all that it said has been read. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
