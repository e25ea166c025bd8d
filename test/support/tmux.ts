import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { programEntry, scratchDirectory } from './program.ts';

/** Whether this machine has tmux, which is a terminal with a memory; suites that need one skip otherwise. */
export const hasTmux = spawnSync('tmux', ['-V'], { stdio: 'ignore' }).status === 0;
if (!hasTmux) console.warn('tmux is not installed: the terminal screen is not tried');

const run = promisify(execFile);

export interface TmuxOptions {
  home: string;
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

/** How a terminal was left. */
export interface TerminalState {
  /** As a shell says it: 128 and more for a signal. */
  exitCode: number;
  /** What is on the usual screen, without the report of this. */
  text: string;
  alternateScreen: boolean;
  cursorShown: boolean;
  /** Whether lines are edited and echoed again, and Ctrl-C is a signal. */
  cooked: boolean;
}

/** How long something is looked for before a test gives up, in ms. Nothing is judged by it. */
const patienceMs = 40_000;

let count = 0;

/** A program on a terminal of its own. */
export class TmuxScreen {
  readonly #server: string;
  /** Everything that the program has written, byte by byte. */
  readonly #transcript: string;

  private constructor(server: string, transcript: string) {
    this.#server = server;
    this.#transcript = transcript;
  }

  /** Runs the program on a new terminal, which goes when the test ends. */
  static async open(
    args: readonly string[],
    { home, columns = 120, rows = 40, env = {} }: TmuxOptions,
  ): Promise<TmuxScreen> {
    const folder = scratchDirectory();
    const screen = new TmuxScreen(`claude-bridge-${process.pid}-${++count}`, join(folder, 'transcript'));
    onTestFinished(() => screen.close());
    const variables = { HOME: home, CLAUDE_BRIDGE_HOME: home, PATH: process.env['PATH'] ?? '', ...env };
    const given = Object.entries(variables).map(([name, value]) => quoted(`${name}=${value}`));
    const program = [process.execPath, programEntry, ...args].map(quoted).join(' ');
    // Afterwards the terminal says how it was left, and stays to be looked at. Nothing starts before it is recorded.
    const script = `read -r _; stty -echo; stty echo; ${program}; code=$?; printf '\\nended with %d ' $code; stty -a; exec sleep 600`;
    await screen.#tmux(
      ...['-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows)],
      `env -i TERM=screen-256color LANG=C.UTF-8 ${given.join(' ')} sh -c ${quoted(script)}`,
    );
    await screen.#tmux('pipe-pane', '-o', `cat >> ${quoted(screen.#transcript)}`);
    await screen.#tmux('send-keys', 'Enter');
    return screen;
  }

  /** Presses keys, by the names that tmux has for them. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What is on the screen now, without blanks at line ends. */
  async text(): Promise<string> {
    const { stdout } = await this.#tmux('capture-pane', '-p');
    return stdout.replaceAll(/[ \t]+$/gm, '');
  }

  /** The same with its colours, as escape sequences. */
  async styled(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-e')).stdout;
  }

  /** What the program has written so far. */
  transcript(): string {
    return readFileSync(this.#transcript, 'utf8');
  }

  /** Resolves with the screen as soon as it shows everything that is wanted, and nothing that is not. */
  async shows(...wanted: (string | RegExp | { not: string | RegExp })[]): Promise<string> {
    const isThere = (text: string, one: string | RegExp) =>
      typeof one === 'string' ? text.includes(one) : one.test(text);
    const until = performance.now() + patienceMs;
    for (;;) {
      const text = await this.text();
      const missing = wanted.filter((one) =>
        typeof one === 'object' && 'not' in one ? isThere(text, one.not) : !isThere(text, one),
      );
      if (missing.length === 0) return text;
      if (performance.now() > until) {
        const what = missing.map((one) =>
          typeof one === 'object' && 'not' in one ? `not ${String(one.not)}` : String(one),
        );
        throw new Error(`the screen does not show ${what.join(', ')}:\n${text}`);
      }
      await pause(50);
    }
  }

  /** Sends a signal to the program. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const { stdout: shell } = await this.#tmux('display-message', '-p', '#{pane_pid}');
    const { stdout: child } = await run('pgrep', ['-P', shell.trim()]);
    process.kill(Number(child), name);
  }

  /** Resolves when the program has ended, with how it has left the terminal. */
  async ended(): Promise<TerminalState> {
    const text = await this.shows(/^ended with \d+ speed/m, /\becho\b/);
    const flags = await this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}');
    const [alternate, cursor] = flags.stdout.trim().split(' ');
    const report = text.slice(text.lastIndexOf('ended with'));
    return {
      exitCode: Number(/^ended with (\d+)/.exec(report)?.[1]),
      text: text.slice(0, text.lastIndexOf('ended with')),
      alternateScreen: alternate === '1',
      cursorShown: cursor === '1',
      cooked: ['icanon', 'echo', 'isig'].every((flag) => new RegExp(`(?<!-)\\b${flag}\\b`).test(report)),
    };
  }

  async close(): Promise<void> {
    // A server without sessions has ended by itself.
    await this.#tmux('kill-server').catch(() => undefined);
  }

  #tmux(...args: string[]) {
    return run('tmux', ['-L', this.#server, ...args]);
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
