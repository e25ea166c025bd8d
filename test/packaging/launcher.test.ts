import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { scratchDirectory } from '../support/program.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const isBuilt = existsSync(join(repository, 'dist/main/cli.js'));
const fits = isBuilt && process.platform !== 'win32';
if (!fits)
  console.warn('the launcher of the command-line tool is not tried: no bundle (npm run build), or Windows');

/** An installed application as it lies on Linux, with Node in place of its binary and the archive as a folder. */
function layInstallation(): { launcher: string } {
  const app = join(scratchDirectory(), 'Claude Bridge');
  const archive = join(app, 'resources/app.asar');
  mkdirSync(join(app, 'resources/bin'), { recursive: true });
  cpSync(join(repository, 'build/bin/claude-bridge'), join(app, 'resources/bin/claude-bridge'));
  cpSync(join(repository, 'dist/main'), join(archive, 'dist/main'), { recursive: true });
  cpSync(join(repository, 'package.json'), join(archive, 'package.json'));
  mkdirSync(join(archive, 'node_modules'));
  symlinkSync(join(repository, 'node_modules/better-sqlite3'), join(archive, 'node_modules/better-sqlite3'));
  symlinkSync(process.execPath, join(app, 'claude-bridge-desktop'));
  return { launcher: join(app, 'resources/bin/claude-bridge') };
}

/** A folder that would be on somebody's PATH, with a link to a link to the launcher. */
function linkTo(launcher: string): string {
  const folder = scratchDirectory();
  symlinkSync(launcher, join(folder, 'first'));
  symlinkSync('first', join(folder, 'claude-bridge'));
  return join(folder, 'claude-bridge');
}

describe.runIf(fits)('the launcher of the command-line tool', () => {
  test('serves an MCP client that starts it by a link, in an environment made for another Node', async () => {
    const { launcher } = layInstallation();
    const client = new Client({ name: 'launcher-test', version: '1.0.0' });
    const transport = new StdioClientTransport({
      command: linkTo(launcher),
      args: ['--stdio'],
      // The client adds its short list of inherited variables; this one would end any Node that heeds it.
      env: { CLAUDE_BRIDGE_HOME: scratchDirectory(), NODE_OPTIONS: '--no-such-option' },
      stderr: 'pipe',
    });
    await client.connect(transport);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('bridge_send');
    const sent = await client.callTool({
      name: 'bridge_send',
      arguments: { channel: 'demo:launcher', sender: 'atlas', content: 'Hello' },
    });
    expect(sent.isError).not.toBe(true);
    const { pid } = transport;
    await client.close();
    // The client ended its input, and the program went by itself.
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});
