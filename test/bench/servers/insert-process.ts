import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Slice } from '../rounds.ts';
import type { InsertJob, InsertResult } from './insert-loop.ts';

const script = fileURLToPath(new URL('insert-loop.ts', import.meta.url));

/** The insert loop in its process. */
export class InsertProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(folder: string) {
    this.#child = fork(script, [join(mkdtempSync(join(folder, 'inserts-')), 'rows.db')], { execArgv: [] });
  }

  /** Rows per second with so many rows in each commit. */
  async rate(rowsPerCommit: number, { ms }: Slice): Promise<number> {
    const replied = once(this.#child, 'message');
    this.#child.send({ rowsPerCommit, ms } satisfies InsertJob);
    const [{ rows, seconds }] = (await replied) as [InsertResult];
    return rows / seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
