import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const cliEntry = fileURLToPath(new URL('../../src-main/cli.ts', import.meta.url));

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliRun {
  /** Added to an environment that holds nothing of the developer's. */
  env?: Record<string, string>;
  /** The data directory. */
  home: string;
  cwd?: string;
  uid?: number;
}

/** Runs `claude-bridge` as a process of its own and waits for its end. */
export async function runCli(args: readonly string[], run: CliRun): Promise<CliResult> {
  const child = spawn(process.execPath, [cliEntry, ...args], {
    env: { PATH: process.env['PATH'], HOME: run.home, CLAUDE_BRIDGE_HOME: run.home, ...run.env },
    cwd: run.cwd ?? run.home,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.uid === undefined ? {} : { uid: run.uid, gid: run.uid }),
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** A new empty directory; disposing of it removes it. */
export function scratchDirectory(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'claude-bridge-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs `work` on all items, two at a time: the machine has few cores. */
export async function twoAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
