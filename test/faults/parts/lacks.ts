import { spawnSync } from 'node:child_process';

/** Why a fault cannot be made on this machine; undefined if it can. */

export function lacksSignals(): string | undefined {
  return process.platform === 'win32' ? 'it needs POSIX signals' : undefined;
}

export function lacksRoot(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  return process.getuid?.() === 0 ? undefined : 'it needs the superuser';
}

export function lacksCommand(command: string, ...probe: string[]): string | undefined {
  return spawnSync(command, probe, { stdio: 'ignore' }).status === 0
    ? undefined
    : `it needs the command ${command}`;
}
