import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';

/** Compressed script of the first load, in bytes. */
const budget = 120 * 1_024;

describe('the page', () => {
  test('needs little script at first, nothing from elsewhere, and obeys its policy', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'size:one', content: 'hello' });
    const { page, message, context } = await openDashboard(relay, { path: 'status' });
    const scripts = new Map<string, number>();
    const weigh = async (response: Response) => {
      if (response.url().endsWith('.js')) scripts.set(response.url(), gzipSync(await response.body()).length);
    };
    const listen = (response: Response) => void weigh(response);
    page.on('response', listen);
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective}`),
      );
    });
    await page.goto(relay.url);
    await message('hello').waitFor();
    await page.waitForLoadState('load');
    await expect.poll(() => scripts.size).toBeGreaterThan(0);
    const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(budget);
    page.off('response', listen);

    // What is fetched later obeys it, too.
    await message('hello').click();
    await page.getByRole('region', { name: 'Content' }).waitFor();
    for (const view of ['connect', 'settings']) {
      await page.goto(`${relay.url}/#/${view}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    await page.getByText('Dark', { exact: true }).click();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await page.reload();
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe('dark');
    await context.close();
  });

  test('follows the system, or what somebody chose', async () => {
    const relay = await startRelay();
    const { page } = await openDashboard(relay, { path: '#/settings', settings: { colorScheme: 'light' } });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(13, 17, 23)');
    await page.getByText('Light', { exact: true }).click();
    expect(await background()).toBe('rgb(255, 255, 255)');
  });
});
