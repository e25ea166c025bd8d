import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a process has used up to now. */
export interface Usage {
  /** Memory that is in RAM, in MB. */
  residentMb: number;
  /** Time on the processor, all threads, in ms; in steps of 10 ms. Only where `/proc` tells. */
  cpuMs: number | undefined;
}

/** Linux counts processor time in ticks of 1/100 s, whatever its kernel's own clock does. */
const msPerTick = 10;

export function processUsage(pid: number): Usage | undefined {
  try {
    if (process.platform === 'linux') return linuxUsage(pid);
    if (process.platform === 'win32') return undefined;
    const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
    return { residentMb: kilobytes / 1024, cpuMs: undefined };
  } catch {
    return undefined;
  }
}

function linuxUsage(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in parentheses, which may hold anything; fields 14 and 15 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    residentMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
  };
}
