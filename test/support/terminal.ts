import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { programEntry, scratchDirectory } from './program.ts';

/** Whether this machine can make a pseudo-terminal; suites that need one skip otherwise. */
export const canMakeTerminal =
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0;

export interface TerminalOptions {
  home?: string;
  env?: Record<string, string>;
  cwd?: string;
  columns?: number;
  /** What the user types, and when: as soon as the terminal shows a text, or something else has come about. */
  types?: { keys: string; when: string | Promise<unknown> };
}

export interface TerminalResult {
  code: number | null;
  /** Everything that reached the terminal, standard error too. */
  raw: string;
  /** The same without colours, in lines that end as usual. */
  text: string;
}

/** Runs the program in a pseudo-terminal. */
export async function runInTerminal(
  args: readonly string[],
  { home = scratchDirectory(), env = {}, cwd, columns = 100, types }: TerminalOptions = {},
): Promise<TerminalResult> {
  const words = [process.execPath, programEntry, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const command = `stty cols ${columns} rows 30; exec ${words.join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], HOME: home, CLAUDE_BRIDGE_HOME: home, TERM: 'xterm-256color', ...env },
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  let shown: () => void = () => undefined;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk;
    if (typeof types?.when === 'string' && raw.includes(types.when)) shown();
  });
  if (types) {
    const { keys, when } = types;
    const due = typeof when === 'string' ? new Promise<void>((resolve) => (shown = resolve)) : when;
    // The input is left open: its end would be taken for Ctrl-D.
    const type = () => void child.stdin.write(keys);
    due.then(type, type);
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, raw, text: stripVTControlCharacters(raw).replaceAll('\r\n', '\n') };
}
