import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../preloads/disk.c', import.meta.url));

/** The kinds of operation that can be told to fail. */
const kinds = { write: 1, sync: 2, truncate: 4 } as const;

export type SystemError = 'EIO' | 'ENOSPC' | 'EROFS';

/** Why there is no shim on this machine; undefined if there is. */
export function lacksShim(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux (LD_PRELOAD)';
  if (spawnSync('cc', ['--version'], { stdio: 'ignore' }).status !== 0) return 'it needs a C compiler (cc)';
  return undefined;
}

/** The disk as a relay sees it: slower than it is, failing when told to, and with a journal of what reached it. */
export class DiskShim {
  /** What the relay needs in its environment. */
  readonly env: Record<string, string>;
  readonly journalPath: string;
  readonly #control: number;

  /** @param database the path that the relay's database will have */
  constructor(folder: string, database: string, { keepJournal = false } = {}) {
    const files = mkdtempSync(join(folder, 'shim-'));
    const controlPath = join(files, 'control');
    this.journalPath = join(files, 'journal');
    writeFileSync(controlPath, Buffer.alloc(12));
    if (keepJournal) writeFileSync(this.journalPath, '');
    this.#control = openSync(controlPath, 'r+');
    this.env = {
      LD_PRELOAD: compile(files),
      DISK_SHIM_DATABASE: database,
      DISK_SHIM_CONTROL: controlPath,
      ...(keepJournal ? { DISK_SHIM_JOURNAL: this.journalPath } : {}),
    };
  }

  /** Each sync takes so much longer. */
  delay(ms: number): void {
    this.#set(0, ms * 1_000);
  }

  /** From now on these operations end with an error. */
  fail(error: SystemError, ...operations: (keyof typeof kinds)[]): void {
    this.#set(
      8,
      operations.reduce((mask, kind) => mask | kinds[kind], 0),
    );
    this.#set(4, constants.errno[error]);
  }

  mend(): void {
    this.#set(4, 0);
  }

  /** Bytes in the journal: everything before that has happened by now. */
  get journalLength(): number {
    return statSync(this.journalPath).size;
  }

  close(): void {
    closeSync(this.#control);
  }

  #set(offset: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    writeSync(this.#control, bytes, 0, 4, offset);
  }
}

function compile(folder: string): string {
  const library = join(folder, 'disk.so');
  const words = ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread'];
  const { status, stderr } = spawnSync('cc', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the disk shim could not be compiled: ${stderr}`);
  return library;
}
