import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { faults } from './faults.ts';
import { sendEnvelope, sendMany } from './messages.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

const list = (page: Page) => page.getByRole('list', { name: 'Messages found' });

describe('searching', () => {
  beforeAll(async () => {
    await sendMany(relay, { channel: 'find:many', count: 45, words: 'harvest', sender: 'vega' });
    await sendMany(relay, { channel: 'find:many', count: 120, words: 'filler', sender: 'vega' });
    await send(relay, {
      channel: 'find:hostile',
      sender: '<i>orion</i>',
      content: 'Rounding <img src=x onerror=alert(1)> half even',
    });
    await sendEnvelope(relay, {
      channel: 'find:tasks',
      sender: 'orion',
      type: 'question',
      content: { question: 'Which rounding mode does the ledger use?' },
    });
  });

  test('finds words in every channel, marks them, and takes content for text only', async () => {
    const { page } = await openDashboard(relay, { path: '#/search' });
    await page.getByRole('searchbox', { name: 'Words' }).fill('rounding');
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(2);
    expect(await list(page).locator('mark').allTextContents()).toEqual(['rounding', 'Rounding']);
    expect(await list(page).innerText()).toContain('<img src=x onerror=alert(1)>');
    expect(await list(page).innerText()).toContain('<i>orion</i>');
    expect(new URL(page.url()).hash).toBe('#/search?q=rounding');
  });

  test('narrows by channel, sender and type, by fields or by words such as from:', async () => {
    const { page } = await openDashboard(relay, { path: '#/search?q=rounding' });
    await page.getByLabel('Type').fill('question');
    await page.keyboard.press('Enter');
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(1);
    await page.getByLabel('Type').fill('');
    await page.getByRole('searchbox', { name: 'Words' }).fill('rounding in:find:hostile');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Channel' }).inputValue())
      .toBe('find:hostile');
    await expect.poll(() => list(page).innerText()).toContain('half even');
    expect(await list(page).getByRole('listitem').count()).toBe(1);
    await page.getByLabel('Sender').fill('nobody');
    await page.getByText('No message matches all of this.').waitFor();
  });

  test('goes on to older results, and leads to a message far up in its channel', async () => {
    const { page, message } = await openDashboard(relay, { path: '#/search?q=harvest' });
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(20);
    await page.getByRole('button', { name: 'Show older results' }).click();
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(40);
    await page.getByRole('button', { name: 'Show older results' }).click();
    await page.getByText('That is all.').waitFor();
    expect(await list(page).getByRole('listitem').count()).toBe(45);
    await list(page)
      .getByRole('link', { name: /harvest 7$/ })
      .click();
    await page.getByRole('heading', { level: 1, name: 'find:many' }).waitFor();
    await expect.poll(() => message('harvest 7').isVisible()).toBe(true);
    await page.getByRole('complementary', { name: 'Message details' }).getByText('message #7').waitFor();
    await page.goBack();
    await list(page)
      .getByRole('link', { name: /harvest 45$/ })
      .waitFor();
  });

  test('says what is wrong with a query beside it', async () => {
    const { page } = await openDashboard(relay, { path: '#/search', expected: /400/ });
    await page.getByRole('searchbox', { name: 'Words' }).fill('!!!');
    await page
      .getByRole('alert')
      .getByText(/a letter or a digit/)
      .waitFor();
  });

  test('works from the palette by keyboard alone', async () => {
    const { page } = await openDashboard(relay, { path: '#/settings' });
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ledger from:orion');
    await page.getByRole('option', { name: /Which rounding mode/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'find:tasks' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('rounding');
    await page.getByRole('option', { name: 'Search messages for rounding' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(2);
  });

  test('lists what waits for an answer, until it has one', async () => {
    const { page } = await openDashboard(relay, { path: '#/search/open' });
    const open = page.getByRole('region', { name: /find:tasks/ });
    await open.getByText('Which rounding mode does the ledger use?').waitFor();
    const { id } = await sendEnvelope(relay, {
      channel: 'find:tasks',
      sender: 'vega',
      type: 'question',
      content: { question: 'And the export?' },
    });
    await open.getByText('And the export?').waitFor();
    await sendEnvelope(relay, {
      channel: 'find:tasks',
      type: 'answer',
      reply_to: id,
      content: { answer: 'Half even' },
    });
    await open.getByText('And the export?').waitFor({ state: 'detached' });
    await open.getByText('Which rounding mode does the ledger use?').waitFor();
  });

  test.each(['search?q=rounding', 'search/open', 'search'])('#/%s is without fault', async (path) => {
    const { page } = await openDashboard(relay, { path: `#/${path}`, settings: { reducedMotion: 'reduce' } });
    await page
      .getByText(/ledger use|All words must occur/)
      .first()
      .waitFor();
    expect(await faults(page)).toEqual([]);
  });
});
