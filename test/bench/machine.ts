import { closeSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { quantile } from './statistics.ts';

/** What the figures depend on, in words that tell nothing about whose machine it is. */
export interface Machine {
  system: string;
  processor: string;
  cores: number;
  memoryGb: number;
  node: string;
  sqlite: string;
  /** The scratch directory lies in memory: a sync costs nothing there, and the figures say nothing about a disk. */
  scratchInMemory: boolean;
  /** Writing 4 KB and forcing them to disk, in ms. */
  diskSync: { p50: number; p99: number };
  /** Processes that wanted a core in the minute before the run: whether others were at work. 0 on Windows, which does not tell. */
  loadBefore: number;
}

export function describeMachine(scratch: string): Machine {
  const [loadBefore = 0] = loadavg();
  const db = new Database(':memory:');
  const sqlite = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '';
  db.close();
  const processors = cpus();
  return {
    system: `${process.platform} ${process.arch}`,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    sqlite,
    scratchInMemory: isInMemory(scratch),
    diskSync: measureDiskSync(scratch),
    loadBefore,
  };
}

const syncs = 300;

function measureDiskSync(scratch: string): { p50: number; p99: number } {
  const path = join(scratch, 'disk-sync');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let i = 0; i < syncs; i++) {
    const started = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    times.push(performance.now() - started);
  }
  closeSync(file);
  rmSync(path);
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** The type that Linux gives to tmpfs. */
const tmpfs = 0x01021994;

function isInMemory(folder: string): boolean {
  return process.platform === 'linux' && statfsSync(folder).type === tmpfs;
}
