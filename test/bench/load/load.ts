import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Jobs, Kind, Reply } from './jobs.ts';

const generator = fileURLToPath(new URL('generator.ts', import.meta.url));

/** A load generator in a process of its own, so that its work does not mix with what steers and measures. */
export class Load implements AsyncDisposable {
  readonly #child: ChildProcess = fork(generator, { execArgv: [] });

  /** Has a job done. One at a time. */
  async run<K extends Kind>(job: Jobs[K]['job'] & { kind: K }): Promise<Jobs[K]['result']> {
    const replied = new AbortController();
    const ended = once(this.#child, 'exit', { signal: replied.signal });
    const reply = once(this.#child, 'message', { signal: replied.signal });
    this.#child.send(job);
    const [first] = (await Promise.race([reply, ended])) as [Reply | number | null];
    replied.abort();
    await Promise.allSettled([reply, ended]);
    if (typeof first !== 'object' || first === null) throw new Error('the load generator has ended');
    if ('error' in first) throw new Error(`the load generator failed: ${first.error}`);
    return first.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
