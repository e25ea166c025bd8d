import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Sibling } from './jobs.ts';
import { callOf, initialize, initialized } from './rpc.ts';

/** An MCP server on standard input and output. */
export class StdioProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, { resolve: (line: string) => void; reject: (error: Error) => void }>();
  #calls = 0;

  private constructor({ args, env }: Sibling) {
    this.#child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    this.#child.once('exit', () => {
      for (const { reject } of this.#answers.values())
        reject(new Error('a process on standard input has ended'));
    });
  }

  static async start(sibling: Sibling): Promise<StdioProcess> {
    const started = new StdioProcess(sibling);
    await started.#ask(initialize, 0);
    started.#write(initialized);
    return started;
  }

  /** Sends a message with `bridge_send`. Resolves with the line that answers. */
  send(message: object): Promise<string> {
    const id = ++this.#calls;
    return this.#ask(callOf(id, message), id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await ended;
  }

  #ask(request: object, id: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#write(request);
    });
  }

  #write(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #take(line: string): void {
    const id = idOf(line);
    const answered = id === undefined ? undefined : this.#answers.get(id);
    if (id === undefined || !answered) return;
    this.#answers.delete(id);
    answered.resolve(line);
  }
}

/** Found without parsing what may be long: the id stands at one of the two ends. */
function idOf(line: string): number | undefined {
  const match = /"jsonrpc":"2\.0","id":(\d+)/.exec(line) ?? /"id":(\d+)[^{}]*}$/.exec(line);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
