import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { npm, npmPack } from '../../scripts/npm.ts';
import { pack } from '../../scripts/pack.ts';
import { connect } from '../mcp/sdk-client.ts';
import { programEntry, scratchDirectory } from '../support/program.ts';

/** The package for npm, installed as somebody else would, but from files alone: the registry is not asked. */

const isBuilt = programEntry.endsWith('.js');
if (!isBuilt) console.warn('the bundle is older than the sources (npm run build): the package is not tested');

const libraries = fileURLToPath(new URL('../../node_modules/', import.meta.url));

describe.skipIf(!isBuilt)('the package for npm', { timeout: 120_000 }, () => {
  const home = scratchDirectory();
  const installed = join(home, 'node_modules', 'claude-bridge');
  const entry = join(installed, 'dist', 'main', 'cli.js');

  beforeAll(() => {
    const packages = [
      pack(home),
      ...['better-sqlite3', 'node-addon-api'].map((name) => join(home, npmPack(join(libraries, name), home))),
    ];
    npm(['install', '--offline', '--ignore-scripts', '--no-audit', '--prefix', home, ...packages], home);
  }, 120_000);

  const env = { PATH: process.env['PATH'] ?? '', HOME: home, CLAUDE_BRIDGE_HOME: join(home, 'data') };

  async function run(...args: string[]): Promise<{ stdout: string; code: unknown }> {
    const bin = join(home, 'node_modules', '.bin', 'claude-bridge');
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: home,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    return { stdout: await text(child.stdout), code: await ended };
  }

  test('has one dependency, no development and no Node of its own', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(Object.keys(manifest['dependencies'] as object)).toEqual(['better-sqlite3']);
    for (const key of ['devDependencies', 'optionalDependencies', 'scripts', 'private', 'main'])
      expect(manifest).not.toHaveProperty(key);
  });

  test('holds the program, its page, the guide and the licences of what is in them', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((found) => found.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(installed.length + 1));
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'dist/main/cli.js',
        'dist/main/licences.md',
        'dist/main/checkpoint-worker.js',
        'dist/renderer/index.html',
        'dist/renderer/licences.md',
        'docs/agent-guide/AGENTS.md',
      ]),
    );
    expect(files.filter((file) => /\.map$|desktop|^src-|^test/.test(file))).toEqual([]);
    const licences = readFileSync(join(installed, 'dist/main/licences.md'), 'utf8');
    for (const name of ['express', 'zod', '@modelcontextprotocol/sdk'])
      expect(licences).toContain(`## ${name} - `);
  });

  test('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(dirname(entry), '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(await run('--version')).toEqual({ stdout: `claude-bridge ${version}\n`, code: 0 });
  });

  test('serves, with its page', async () => {
    const relay = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise((resolve) => relay.once('close', resolve));
    onTestFinished(async () => {
      relay.kill();
      await ended;
    });
    let banner = '';
    for await (const chunk of relay.stdout) {
      banner += String(chunk);
      if (/(━+)\n[^]*\n\1\n/.test(banner)) break;
    }
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(banner) ?? [];
    const page = await fetch(`${url}/`);
    expect([page.status, page.headers.get('Content-Type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });

  test('speaks MCP over stdio, and sets a client up to start it so', async () => {
    const transport = new StdioClientTransport({ command: process.execPath, args: [entry, '--stdio'], env });
    const { client } = await connect(transport);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('bridge_send');
    const { stdout, code } = await run('connect', 'cursor', '--transport', 'stdio', '--yes');
    expect([code, stdout]).toEqual([0, expect.stringContaining('\nWorks: ')]);
  });
});
