import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { faults } from '../browser/faults.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { scratchDirectory } from '../support/program.ts';
import { isPageBuilt, openWindowPage } from './open-page.ts';
import { startDesktop, type RunningDesktop } from './start-desktop.ts';

// A browser, a relay and the tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

if (!isPageBuilt)
  console.warn('the first steps are not tried in a browser: the page was not built (npm run build)');

/** A computer with Cursor on it, whose settings hold `settings`. */
async function begin(
  port: number,
  { settings = '{}', width = 1280 } = {},
): Promise<{ desktop: RunningDesktop; page: Page; complaints: string[]; cursor: string }> {
  const home = scratchDirectory();
  const cursor = join(home, '.cursor/mcp.json');
  mkdirSync(join(home, '.cursor'));
  writeFileSync(cursor, settings);
  const desktop = await startDesktop({ home, memory: {}, env: { PATH: '' }, config: { port } });
  const { page, complaints } = await openWindowPage(desktop.double, {
    settings: { reducedMotion: 'reduce', viewport: { width, height: 820 } },
  });
  await page.getByRole('heading', { name: 'Where should Claude Bridge listen?' }).waitFor();
  return { desktop, page, complaints, cursor };
}

const listen = (page: Page) => page.getByRole('button', { name: /^Listen on port/ }).click();

describe.runIf(isPageBuilt)('the first steps in the window', () => {
  test('lead from the address by the token to an agent that is connected, and then to the relay', async () => {
    const port = await freePort();
    const { desktop, page, cursor } = await begin(port);
    await page.getByText(`Port ${port} is free.`).waitFor();
    await page.getByRole('radio', { name: /^This computer only/ }).check();
    expect(await faults(page)).toEqual([]);
    await listen(page);

    await page.getByRole('heading', { name: 'No token is needed here' }).waitFor();
    expect((await desktop.state()).relay.running?.url).toBe(`http://127.0.0.1:${port}`);
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Go on' }).click();

    await page.getByRole('heading', { name: 'Connect this computer’s agents' }).waitFor();
    expect(readFileSync(cursor, 'utf8')).toBe('{}');
    await page.getByRole('checkbox', { name: 'Cursor' }).waitFor();
    await page.getByRole('button', { name: 'Connect 1' }).click();
    await page.getByText(/^Connected, round trip \d+ ms$/).waitFor();
    expect(readFileSync(cursor, 'utf8')).toContain(`http://127.0.0.1:${port}/mcp`);
    expect(await faults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Open Claude Bridge' }).click();
    await page.getByText('Nothing has been said yet').waitFor();
    expect((await desktop.state()).firstRun).toBeNull();
  });

  test('show the token once they let others in, and go back', async () => {
    const { desktop, page } = await begin(await freePort());
    await page.getByRole('radio', { name: /^All networks/ }).check();
    await listen(page);
    await page.getByRole('heading', { name: 'A token keeps strangers out' }).waitFor();
    const { token } = await desktop.call('showToken');
    await page.getByText(/^cb_shared_.*••••/).waitFor();
    expect(await page.content()).not.toContain(token ?? 'no token');
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(token ?? 'no token').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('heading', { name: 'Where should Claude Bridge listen?' }).waitFor();
  });

  test('say that a port is taken, take a free one, and go on', async () => {
    const taken = await takenPort();
    const { desktop, page } = await begin(taken);
    await page.getByRole('alert').getByText(`Port ${taken} is in use by another program`).waitFor();
    expect(await faults(page)).toEqual([]);
    // Whoever insists is told why it does not work, and nothing is lost.
    await listen(page);
    await page
      .getByRole('alert')
      .getByText(/in use/)
      .last()
      .waitFor();
    await page.getByRole('button', { name: /^Use \d+$/ }).click();
    await page.getByText(/^Port \d+ is free\./).waitFor();
    await listen(page);
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    expect((await desktop.state()).relay.running?.port).toBeGreaterThan(taken);
  });

  test('look at the port that somebody types', async () => {
    const { page } = await begin(await freePort());
    const taken = await takenPort();
    await page.getByRole('button', { name: 'Use another port' }).click();
    await page.getByLabel('Another port').fill('99999');
    expect(await page.getByRole('button', { name: 'Use it' }).getAttribute('aria-disabled')).toBe('true');
    await page.getByLabel('Another port').fill(String(taken));
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(`Port ${taken} is in use`).waitFor();
  });

  test('tell why an agent could not be connected, and how to do it by hand', async () => {
    const { page, cursor } = await begin(await freePort(), { settings: 'not JSON' });
    await page.getByRole('radio', { name: /^This computer only/ }).check();
    await listen(page);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Connect 1' }).click();
    await page.getByText('Not connected').waitFor();
    await page
      .getByText(/mcp\.json/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Show command' }).click();
    await page.getByRole('heading', { name: 'Put this into ~/.cursor/mcp.json' }).waitFor();
    expect(await faults(page)).toEqual([]);
    expect(readFileSync(cursor, 'utf8')).toBe('not JSON');
    await page
      .getByRole('button', { name: 'Connect another machine' })
      .or(page.getByRole('button', { name: 'Leave them alone' }))
      .first()
      .click();
    await page.getByRole('region', { name: 'Relay' }).waitFor();
  });

  test('can be skipped, and stay where they were when the page comes anew', async () => {
    const port = await freePort();
    const { desktop, page } = await begin(port);
    await page.getByRole('radio', { name: /^This computer only/ }).check();
    await listen(page);
    await page.getByRole('heading', { name: 'No token is needed here' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'No token is needed here' }).waitFor();
    await page.getByRole('button', { name: 'Skip the rest' }).click();
    await page.getByText('Nothing has been said yet').waitFor();
    expect((await desktop.state()).firstRun).toBeNull();
  });

  test.each([390, 760])('at %i pixels nothing is at fault and nothing scrolls sideways', async (width) => {
    const { page } = await begin(await freePort(), { width });
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});
