import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope } from './messages.ts';

/** Every key of the sheet that `?` opens, in a browser. */

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName);
const details = (page: Page) => page.getByRole('complementary', { name: 'Message details' });

describe('among messages', () => {
  test('arrows, J and K, Home and End move; Enter, Esc and Ctrl I open and close the details', async () => {
    const channel = 'keys:moving';
    for (const content of ['one', 'two', 'three']) await send(relay, { channel, content });
    const { page, message, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    await message('three').focus();
    const at: [key: string, words: string][] = [
      ['k', 'two'],
      ['ArrowUp', 'one'],
      ['j', 'two'],
      ['ArrowDown', 'three'],
      ['Home', 'one'],
      ['End', 'three'],
      ['k', 'two'],
    ];
    for (const [key, words] of at) {
      await page.keyboard.press(key);
      await expect
        .poll(() => message(words).evaluate((element) => element === document.activeElement), {
          message: key,
        })
        .toBe(true);
    }
    await page.keyboard.press('Enter');
    await details(page).getByText('two', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await details(page).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+i');
    await details(page).getByText('two', { exact: true }).waitFor();
    await page.getByPlaceholder(`Message ${channel}`).focus();
    await page.keyboard.press('Control+i');
    await details(page).waitFor({ state: 'detached' });
  });

  test('R replies, C copies, T folds, U marks as unread, I writes, and none of them without the feed', async () => {
    const channel = 'keys:doing';
    const { id } = await sendEnvelope(relay, { channel, type: 'task', content: 'Dig' });
    for (const content of ['digging', 'dug', 'done']) {
      await sendEnvelope(relay, { channel, sender: 'orion', type: 'text', reply_to: id, content });
    }
    const { page, message, openChannel, channelRow, context } = await openDashboard(relay);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await openChannel(channel);
    await message('dug').focus();
    await page.keyboard.press('c');
    await page.getByText('Content copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('"dug"');
    await page.keyboard.press('u');
    await channelRow(/^doing.* 2 unread$/).waitFor();
    await page.keyboard.press('t');
    await page.getByRole('button', { name: '3 folded' }).waitFor();
    await page.getByRole('article').first().focus();
    await page.keyboard.press('t');
    await message('digging').waitFor();
    await message('dug').focus();
    await page.keyboard.press('r');
    await page.getByText(/In reply to #\d+ from orion/).waitFor();
    await expect.poll(() => focused(page)).toBe('Message');
    // What is written is text, whatever letters it has.
    await page.keyboard.type('rctui?/');
    await expect.poll(() => page.getByLabel('Message', { exact: true }).inputValue()).toBe('rctui?/');
    await message('dug').focus();
    await page.keyboard.press('i');
    await expect.poll(() => focused(page)).toBe('Message');
  });

  test('letters can be switched off, the other keys stay', async () => {
    const channel = 'keys:quiet';
    for (const content of ['one', 'two']) await send(relay, { channel, content });
    const { page, message, openChannel } = await openDashboard(relay, { path: '#/settings' });
    await page.getByRole('switch', { name: 'Single letters' }).click();
    await openChannel(channel);
    await message('two').focus();
    await page.keyboard.press('r');
    await page.keyboard.press('ArrowUp');
    await expect
      .poll(() => message('one').evaluate((element) => element === document.activeElement))
      .toBe(true);
    expect(await page.getByText(/In reply to/).count()).toBe(0);
  });
});

describe('anywhere', () => {
  test('the sheet names every key, / filters channels, Ctrl K opens and closes the palette', async () => {
    await send(relay, { channel: 'keys:any' });
    const { page } = await openDashboard(relay, { path: '#/agents' });
    await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    expect((await sheet.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /Ctrl K .*\/ .*\? .*Esc .*↑ ↓ K J .*Home End .*↵ .*R .*C .*T .*U .*I .*Ctrl I .*Ctrl ↵ .*← →/,
    );
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await expect.poll(() => focused(page)).toBe('Filter channels');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search' }).waitFor({ state: 'detached' });
  });
});
