import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { get, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard, type OpenOptions } from './dashboard.ts';
import { faults } from './faults.ts';
import { sendEnvelope, sendMany } from './messages.ts';

const token = 'a-token-for-this-test-only';
const asOwner = { Authorization: `Bearer ${token}` };

/** One without a token, where nobody administers, and one that belongs to somebody. */
let relay: Relay;
let owned: Relay;
beforeAll(async () => {
  relay = await startRelay();
  owned = await startRelay({ args: ['--audit-log'], env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
});

/** How the other tests look at a view: nothing moves while axe looks. */
const calm = { settings: { reducedMotion: 'reduce' as const } };

/** Opens a view of the relay that belongs to somebody, as its owner. */
async function openOwned(view: string, options: OpenOptions = {}): Promise<Page> {
  const { page } = await openDashboard(owned, { expected: /401/, ...calm, ...options });
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Relay' }).waitFor();
  await page.goto(`${owned.url}/#/${view}`);
  return page;
}

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

  test('knows what this reader has not seen, and where a day begins', async () => {
    await send(relay, { channel: 'find:seen', content: 'lantern old' });
    await send(relay, { channel: 'find:news', content: 'lantern before' });
    const { page, message, openChannel, channelRow } = await openDashboard(relay);
    for (const channel of ['find:seen', 'find:news']) {
      await openChannel(channel);
      await message(/lantern/).waitFor();
    }
    await openChannel('find:seen');
    await send(relay, { channel: 'find:news', content: 'lantern new' });
    await channelRow('news 1 unread').waitFor();
    await page.goto(`${relay.url}/#/search?q=lantern`);
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(3);
    await page.getByRole('checkbox', { name: 'Only what I have not seen' }).check();
    await expect.poll(() => list(page).getByRole('listitem').count()).toBe(1);
    expect(await list(page).innerText()).toContain('lantern new');
    await page.getByRole('checkbox', { name: 'Only what I have not seen' }).uncheck();
    await page.getByLabel('Before').fill('2020-01-31');
    await page.getByText('No message matches all of this.').waitFor();

    await page.keyboard.press('Control+k');
    await page.keyboard.type('lantern is:unread');
    await page.getByRole('option', { name: /alice: lantern new find:news/ }).waitFor();
    await expect.poll(() => page.getByRole('option', { name: /alice: lantern/ }).count()).toBe(1);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('is:unread');
    await expect
      .poll(() => page.getByRole('group', { name: 'Channels' }).getByRole('option').count())
      .toBe(1);
    await page.keyboard.press('Control+a');
    await page.keyboard.type('lantern before:tomorrow');
    await page.getByRole('option', { name: /^Search messages for lantern before:tomorrow failed/ }).click();
    await page.getByRole('alert').getByText('Before: takes a day such as 2026-11-23.').waitFor();
  });

  test('begins in the channel from which one comes', async () => {
    const { page, openChannel } = await openDashboard(relay);
    await openChannel('find:tasks');
    await page.getByRole('link', { name: 'Search in this channel' }).click();
    await page.getByText('Which rounding mode does the ledger use?').waitFor();
    await expect.poll(() => page.getByRole('combobox', { name: 'Channel' }).inputValue()).toBe('find:tasks');
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
    const { page } = await openDashboard(relay, { path: `#/${path}`, ...calm });
    await page
      .getByText(/ledger use|All words must occur/)
      .first()
      .waitFor();
    expect(await faults(page)).toEqual([]);
  });
});

describe('the menu of a channel', () => {
  test('mutes it: what comes is no news until it is unmuted', async () => {
    await send(relay, { channel: 'menu:loud', content: 'old' });
    await send(relay, { channel: 'menu:other', content: 'old' });
    const { page, message, openChannel, channelRow } = await openDashboard(relay);
    await openChannel('menu:loud');
    await message('old').waitFor();
    await page.getByRole('button', { name: 'Channel menu' }).click();
    await page.getByRole('menuitem', { name: 'Mute' }).click();
    await openChannel('menu:other');
    await channelRow('loud muted').waitFor();
    await send(relay, { channel: 'menu:loud', content: 'noise' });
    await page.reload();
    await channelRow('loud muted').waitFor();
    await expect.poll(() => page.title()).toBe('menu:other – Claude Bridge');
    await openChannel('menu:loud');
    await message('noise').waitFor();
    await page.getByRole('button', { name: 'Channel menu' }).click();
    await page.getByRole('menuitem', { name: 'Unmute' }).click();
    await channelRow('loud muted').waitFor({ state: 'detached' });
  });

  test('exports it, for an administrator', async () => {
    await send(owned, { channel: 'menu:kept', content: 'worth keeping' }, asOwner);
    const page = await openOwned('channels/menu%3Akept');
    await page.getByRole('button', { name: 'Channel menu' }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Export' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('menu-kept.jsonl');
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { kind: 'header', channels: ['menu:kept'] },
      { kind: 'message', content: 'worth keeping' },
      { kind: 'end', messages: 1 },
    ]);
    await page.getByText('Exported as menu-kept.jsonl').waitFor();
  });
});

describe('the agents', () => {
  /** One that has read nothing for a day, as an import tells it. */
  async function importStuck(): Promise<void> {
    const day = new Date(Date.now() - 86_400_000).toISOString();
    const message = (seq: number, id: string) => ({
      kind: 'message',
      seq,
      id,
      channel: 'fleet:work',
      sender: 'atlas',
      content: `job ${seq}`,
      timestamp: day,
      origin: null,
    });
    const [first, second] = ['01a206c0-1737-7354-8433-fd656620808d', '01a206c0-1737-7354-8433-fd656620808e'];
    const lines = [
      {
        kind: 'header',
        format: 'claude-bridge-export',
        version: 1,
        exported_at: day,
        channels: null,
        since: null,
      },
      message(1, first),
      message(2, second),
      {
        kind: 'cursor',
        consumer_id: 'vega',
        channel: 'fleet:work',
        acked_id: first,
        acked_at: day,
        read_id: first,
        last_seen: day,
      },
      { kind: 'end', messages: 2, cursors: 1 },
    ];
    const answer = await post(
      owned,
      '/api/import',
      lines.map((line) => JSON.stringify(line)).join('\n') + '\n',
      {
        ...asOwner,
        'Content-Type': 'application/x-ndjson',
      },
    );
    expect(answer.body).toMatchObject({ complete: true });
  }
  beforeAll(importStuck);

  test('are shown with how they talk, where they listen and what they have left unread', async () => {
    const page = await openOwned('agents');
    const waiting = get(owned, '/api/wait?channel=fleet:other&consumer_id=orion&timeout_seconds=20', asOwner);
    const orion = page.getByRole('listitem').filter({ hasText: 'orion' });
    await orion.getByText('waits on fleet:other').waitFor();
    await orion.getByText('here now').waitFor();
    expect(await orion.innerText()).toContain('JSON API');
    await send(owned, { channel: 'fleet:other', content: 'go' }, asOwner);
    await waiting;
    await orion.getByText('does not listen').waitFor();

    await page.getByText('vega has 1 unread, oldest 1 d.').waitFor();
    await page.getByRole('link', { name: 'Agents 1 stuck' }).waitFor();
    const away = page.getByRole('region', { name: 'Not here now' });
    await away.getByText(/acked up to #\d+/).waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test('keep their columns where there is less room, also one that follows no channel', async () => {
    const page = await openOwned('agents');
    await page.setViewportSize({ width: 760, height: 900 });
    const follows = page.getByText('follows no channel').first();
    await follows.waitFor();
    const [listens, unread] = await Promise.all([
      page.getByRole('listitem').filter({ has: follows }).getByText('does not listen').boundingBox(),
      follows.boundingBox(),
    ]);
    // One line of it, beside the other.
    expect(unread?.height).toBe(listens?.height);
    expect(unread?.y).toBe(listens?.y);
  });

  test('are found from the palette', async () => {
    const page = await openOwned('settings');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('vega');
    await page.getByRole('group', { name: 'Agents' }).getByRole('option', { name: 'vega agent' }).click();
    await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
    await expect.poll(() => page.getByRole('searchbox', { name: 'Filter agents' }).inputValue()).toBe('vega');
    await page.getByRole('button', { name: 'Channels of vega' }).waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'orion' }).count()).toBe(0);
  });

  test('have positions that whoever may administer can reset and delete', async () => {
    const page = await openOwned('agents');
    await page.getByText('vega has 1 unread').waitFor();
    const menu = page.getByRole('button', { name: 'Position of vega on fleet:work' });
    await menu.click();
    await page.getByRole('menuitem', { name: 'Reset the position…' }).click();
    await page.getByText('Skip what is unread').click();
    await page.getByRole('button', { name: 'Reset the position' }).click();
    await page.getByText('vega has 1 unread').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Channels of vega' }).click();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Delete the position…' }).click();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Delete the position' }).click();
    await menu.waitFor({ state: 'detached' });
    await importStuck();
  });

  test('cannot be changed by somebody without the right to', async () => {
    await send(relay, { channel: 'fleet:free', content: 'go' });
    await get(relay, '/api/messages?channel=fleet:free&consumer_id=vega');
    const { page } = await openDashboard(relay, { path: '#/agents' });
    await page.getByRole('button', { name: 'Channels of vega' }).click();
    await page.getByRole('link', { name: 'fleet:free' }).last().waitFor();
    expect(await page.getByRole('button', { name: /^Position of/ }).count()).toBe(0);
  });
});
