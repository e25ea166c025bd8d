import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { programEntry, scratchDirectory } from '../support/program.ts';

/** The entry of the application: the bundle, if that is what is under test, else the sources. */
const entry = programEntry.replace(/cli(\.[jt]s)$/, 'desktop$1');
const useDouble = fileURLToPath(new URL('./double/use-as-electron.ts', import.meta.url));

interface Shown {
  status: string;
  window: boolean;
  sandboxed: boolean;
  schemes: string[];
  paths: Record<string, string>;
  errors: { title: string; content: string }[];
}

interface Entry {
  child: ChildProcess;
  home: string;
  /** Resolves with the first state shown that fits. */
  until: (fits: (shown: Shown) => boolean) => Promise<Shown>;
  exited: Promise<number | null>;
}

interface StartOptions {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  home?: string;
}

function startEntry({ args = [], env = {}, home = scratchDirectory() }: StartOptions = {}): Entry {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'desktop.json'), JSON.stringify({ memory: { firstRunDone: true } }));
  const child = fork(entry, args, {
    execArgv: ['--import', useDouble],
    env: { PATH: '', HOME: home, CLAUDE_BRIDGE_HOME: home, CLAUDE_BRIDGE_PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const until = (fits: (shown: Shown) => boolean) =>
    new Promise<Shown>((resolve, reject) => {
      child.on('message', (shown: Shown) => {
        if (fits(shown)) resolve(shown);
      });
      child.once('exit', (code) => reject(new Error(`the application ended with code ${code}`)));
    });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { child, home, until, exited };
}

const isRunning = ({ status }: Shown) => status.startsWith('Running on ');

describe('the entry of the application', () => {
  test('sets up what must come before Electron is ready, opens its window and runs the relay', async () => {
    const { until, home, child, exited } = startEntry();
    const shown = await until((state) => isRunning(state) && state.window);
    expect(shown).toMatchObject({
      sandboxed: true,
      schemes: ['app'],
      paths: { userData: home, sessionData: join(home, 'browser') },
      errors: [],
    });
    expect(statSync(join(home, 'browser')).mode & 0o777).toBe(0o700);
    child.send({ quit: true });
    expect(await exited).toBe(0);
    expect(existsSync(join(home, 'runtime/relay.json'))).toBe(false);
    const log = readFileSync(join(home, 'logs/claude-bridge.log'), 'utf8');
    expect(log).not.toContain('"level":50');
    expect(statSync(join(home, 'logs/claude-bridge.log')).mode & 0o777).toBe(0o600);
  });

  test('stays in the tray when it was started at login', async () => {
    const { until, child } = startEntry({ args: ['--hidden'] });
    const shown = await until(isRunning);
    expect(shown.window).toBe(false);
    child.send({ second: true });
    await until(({ window }) => window);
  });

  test('leaves at once when another instance runs, and touches nothing of its', async () => {
    const { exited, home } = startEntry({ env: { OTHER_INSTANCE_RUNS: '1' } });
    expect(await exited).toBe(0);
    expect(existsSync(join(home, 'claude-bridge.db'))).toBe(false);
    expect(existsSync(join(home, 'logs'))).toBe(false);
  });

  test('says in words that it cannot use its folder, and ends', async () => {
    const home = join(scratchDirectory(), 'data');
    writeFileSync(home, 'a file in the place of the folder');
    const child = fork(entry, [], {
      execArgv: ['--import', useDouble],
      env: { PATH: '', HOME: home, CLAUDE_BRIDGE_HOME: home },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Read from the beginning: what nobody reads is thrown away when the process has ended.
    const [said] = await Promise.all([text(child.stderr as Readable), once(child, 'exit')]);
    expect(child.exitCode).toBe(1);
    expect(said.split('\n')[0]).toMatch(/^Claude Bridge cannot start: cannot make .*: /);
  });

  test('puts a full log aside and begins a new one', async () => {
    const home = scratchDirectory();
    mkdirSync(join(home, 'logs'));
    writeFileSync(join(home, 'logs/claude-bridge.log'), 'x'.repeat(5_000_001));
    const { until } = startEntry({ home });
    await until(isRunning);
    expect(statSync(join(home, 'logs/claude-bridge.log.old')).size).toBe(5_000_001);
    expect(statSync(join(home, 'logs/claude-bridge.log')).size).toBeLessThan(100_000);
  });
});
