import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** What the operating system says about its networks; tests pass their own. */
export interface NetworkView {
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** This machine is a WSL guest: its network may end at the Windows host. */
  insideWsl: boolean;
  /** This machine is a container: its addresses may end at its host. */
  insideContainer: boolean;
}

export function thisNetwork(): NetworkView {
  return {
    interfaces: networkInterfaces(),
    insideWsl: process.platform === 'linux' && isWslKernel(kernelVersion()),
    insideContainer: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
  };
}

/** Whether a kernel of this version was built for WSL. @param version the content of /proc/version */
export function isWslKernel(version: string): boolean {
  return /microsoft|\bwsl/i.test(version);
}

function kernelVersion(): string {
  try {
    return readFileSync('/proc/version', 'utf8');
  } catch {
    // Where /proc is not mounted there is no WSL either.
    return '';
  }
}
