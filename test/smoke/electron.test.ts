import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { _electron } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { electronBinary, reasonForHeadless } from '../../scripts/electron-binary.js';
import { scratchDirectory } from '../support/program.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const binary = electronBinary(process.env);
const isRequired = process.env['CLAUDE_BRIDGE_SMOKE'] === 'required';

/** Why the real Electron cannot be tried here. */
function obstacle(): string | undefined {
  if (!existsSync(join(repository, 'dist/main/desktop.js'))) return 'it was not built (npm run build)';
  return reasonForHeadless({ args: [], env: process.env, platform: process.platform, binary });
}

const reason = obstacle();
if (reason !== undefined) console.warn(`The application is not started with the real Electron: ${reason}.`);
if (reason !== undefined && isRequired) throw new Error(`the real Electron was to be tried, but ${reason}`);

describe.runIf(reason === undefined)('the application in the real Electron', { timeout: 90_000 }, () => {
  async function start() {
    const home = scratchDirectory();
    writeFileSync(join(home, 'desktop.json'), JSON.stringify({ memory: { firstRunDone: true } }));
    const application = await _electron.launch({
      executablePath: binary ?? '',
      args: [repository],
      env: { ...(process.env as Record<string, string>), CLAUDE_BRIDGE_HOME: home, CLAUDE_BRIDGE_PORT: '0' },
    });
    onTestFinished(() => application.close());
    const page = await application.firstWindow();
    return { application, page, home };
  }

  test('runs the relay, shows its window from its own scheme, and stops in order', async () => {
    const { application, page, home } = await start();
    const file = join(home, 'runtime/relay.json');
    await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
    expect(await (await fetch(`${url}/status`)).json()).toMatchObject({ service: 'claude-bridge' });
    await page.waitForLoadState();
    expect(page.url()).toMatch(/^app:\/\/bundle\/index\.html/);
    const answer = await page.evaluate('fetch("/api/state").then((response) => response.status)');
    expect(answer).toBe(200);
    expect(await page.evaluate('typeof claudeBridgeDesktop.readState + typeof require')).toBe(
      'functionundefined',
    );
    expect(
      await page.evaluate('fetch("https://example.com").then(() => "went out", () => "was kept in")'),
    ).toBe('was kept in');
    await application.evaluate(({ app }) => app.quit());
    await expect.poll(() => existsSync(file), { timeout: 15_000 }).toBe(false);
  });

  test('hides its window when that is closed', async () => {
    const { application, page } = await start();
    await page.waitForLoadState();
    const states = await application.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.close();
      return [window?.isDestroyed(), window?.isVisible()];
    });
    expect(states).toEqual([false, false]);
  });

  test('is Node for the command-line tool', async () => {
    const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', CLAUDE_BRIDGE_HOME: scratchDirectory() };
    const { stdout } = await promisify(execFile)(
      binary ?? '',
      [join(repository, 'dist/main/cli.js'), '--version'],
      {
        env,
      },
    );
    expect(stdout).toMatch(/^claude-bridge \d/);
  });
});
