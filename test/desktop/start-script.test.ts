import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { electronBinary, reasonForHeadless } from '../../scripts/electron-binary.js';
import { scratchDirectory } from '../support/program.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const isBuilt = existsSync(join(repository, 'dist/main/cli.js'));
if (!isBuilt) console.warn('npm start is not tried: there is no bundle (npm run build)');

/** A program in the place of Electron's that says how it was called. */
function standIn(): string {
  const folder = scratchDirectory();
  writeFileSync(
    join(folder, 'electron'),
    '#!/bin/sh\necho "started with $1, as Node: ${ELECTRON_RUN_AS_NODE-no}"\nexit 7\n',
  );
  chmodSync(join(folder, 'electron'), 0o755);
  return folder;
}

function npmStart(
  env: NodeJS.ProcessEnv,
  args: string[] = [],
): { child: ChildProcess; said: (text: string) => Promise<string> } {
  const home = scratchDirectory();
  const child = spawn(process.execPath, [join(repository, 'scripts/start.js'), ...args], {
    env: { PATH: process.env['PATH'], HOME: home, CLAUDE_BRIDGE_HOME: home, CLAUDE_BRIDGE_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const said = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (output.includes(text)) resolve(output);
      };
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          look();
        });
      }
      child.once('close', () => reject(new Error(`it ended without saying ${text}:\n${output}`)));
    });
  return { child, said };
}

describe.runIf(isBuilt && process.platform === 'linux')('npm start', () => {
  test('starts the tray application where there are a binary and a display', async () => {
    const { child, said } = npmStart({
      ELECTRON_OVERRIDE_DIST_PATH: standIn(),
      DISPLAY: ':0',
      ELECTRON_RUN_AS_NODE: '1',
    });
    const output = await said('started with');
    expect(output).toContain('Starting the tray application.\n');
    expect(output).toContain(`started with ${repository}, as Node: no`);
    const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    expect(code).toBe(7);
  });

  test('runs the relay alone where there is no display, and says so in one line', async () => {
    const { said, child } = npmStart({ ELECTRON_OVERRIDE_DIST_PATH: standIn() });
    const output = await said('the relay is running');
    expect(output.split('\n')[0]).toBe('Running headless: there is no display.');
    child.kill('SIGTERM');
  });

  test('runs the relay alone where there is no binary, and says how to get it', async () => {
    const { said, child } = npmStart({ ELECTRON_OVERRIDE_DIST_PATH: scratchDirectory(), DISPLAY: ':0' });
    const output = await said('the relay is running');
    expect(output.split('\n')[0]).toBe(
      'Running headless: the Electron binary is not there (npm run desktop fetches it and starts the tray application).',
    );
    child.kill('SIGTERM');
  });

  test('runs the relay alone with the options that it is given', async () => {
    const { said, child } = npmStart({ ELECTRON_OVERRIDE_DIST_PATH: standIn(), DISPLAY: ':0' }, [
      '--log-level',
      'info',
    ]);
    const output = await said('the relay is running');
    expect(output).toContain('Running headless: options were given');
    child.kill('SIGTERM');
  });
});

test.each([
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { DISPLAY: '' }, false],
  ['darwin', {}, true],
  ['win32', {}, true],
] as const)('on %s with %o there is a display: %s', (platform, env, isThere) => {
  const reason = reasonForHeadless({ args: [], env, platform, binary: '/electron' });
  expect(reason === undefined).toBe(isThere);
});

test('a binary that was fetched is found where Electron puts it', () => {
  const folder = scratchDirectory();
  expect(electronBinary({}, 'linux', folder)).toBeUndefined();
});
