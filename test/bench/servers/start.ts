import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Sibling } from '../load/jobs.ts';
import { echoProgram } from './echo.ts';
import { freePort, ServerProcess } from './server-process.ts';

/** Little of the developer's environment: it must not change what is measured. */
const plainEnvironment = { PATH: process.env['PATH'] };

/** The bare echo. */
export async function startEcho(): Promise<ServerProcess> {
  const port = await freePort();
  const args = ['--input-type=module', '--eval', echoProgram(port)];
  return ServerProcess.start({ args, env: plainEnvironment, port, path: '/' });
}

export interface RelayOptions {
  /** The built program. */
  program: string;
  /** Where it gets a data directory of its own. */
  folder: string;
  /** The data directory, if there is one already. */
  home?: string;
  flags?: readonly string[];
  /** For Node itself. */
  nodeFlags?: readonly string[];
}

/** A process that serves one MCP client on the database in `home`, beside a relay or alone. */
export function stdioSibling({ program, home }: { program: string; home: string }): Sibling {
  const env = { ...plainEnvironment, HOME: home, CLAUDE_BRIDGE_HOME: home };
  return { args: [program, '--stdio', '--log-level', 'warn'], env };
}

/** Our relay, with an empty database unless there is one. */
export async function startRelay({
  program,
  folder,
  home = mkdtempSync(join(folder, 'relay-')),
  flags = [],
  nodeFlags = [],
}: RelayOptions): Promise<ServerProcess> {
  const port = await freePort();
  return ServerProcess.start({
    args: [...nodeFlags, program, '--port', String(port), '--log-level', 'warn', ...flags],
    env: { ...plainEnvironment, HOME: home, CLAUDE_BRIDGE_HOME: home },
    port,
    path: '/status',
  });
}
