import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { programEntry } from './program-process.ts';

/**
 * The tools over `claude-bridge --stdio`, in a process of its own as a client that knows only commands starts it: on the
 * files of a data directory, or carried to a relay elsewhere.
 */
export function overStdio(home: string, args: readonly string[] = []): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [programEntry, '--stdio', ...args],
    env: { CLAUDE_BRIDGE_HOME: home },
    stderr: 'ignore',
  });
}
