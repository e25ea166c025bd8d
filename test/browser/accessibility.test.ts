import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { faults } from './faults.ts';
import { sendEnvelope } from './messages.ts';

const channel = 'look:around';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
  await send(relay, { channel, content: 'Plain words with `code` and https://docs.example/page' });
  const task = await sendEnvelope(relay, {
    channel,
    type: 'task',
    correlation_id: 'job-1',
    content: { goal: 'Run the tests', args: ['-k', 'all'] },
  });
  await fetch(`${relay.url}/api/messages?channel=${channel}&consumer_id=orion`);
  for (const done of [10, 30]) {
    await sendEnvelope(relay, {
      channel,
      sender: 'orion',
      type: 'progress',
      correlation_id: 'job-1',
      content: { text: `${done} of 40`, done, total: 40 },
    });
  }
  await sendEnvelope(relay, {
    channel,
    sender: 'orion',
    type: 'error',
    correlation_id: 'job-1',
    content: { error: 'No space left' },
  });
  await sendEnvelope(relay, {
    channel,
    sender: 'orion',
    type: 'result',
    reply_to: task.id,
    correlation_id: 'job-1',
    content: { summary: 'Done', passed: 40 },
  });
});

const views: [name: string, show: (page: Page) => Promise<void>][] = [
  ['a channel', async (page) => page.getByText('30 of 40').waitFor()],
  [
    'details',
    async (page) => {
      await page.getByRole('article', { name: /task/ }).click();
      await page.getByRole('tree').waitFor();
    },
  ],
  [
    'writing a task in reply',
    async (page) => {
      await page.getByRole('article', { name: /result/ }).focus();
      await page.keyboard.press('r');
      await page.getByText('Task', { exact: true }).last().click();
      await page.getByLabel('Goal').waitFor();
    },
  ],
  [
    'the palette',
    async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Channel, command or message' }).waitFor();
    },
  ],
  [
    'the keys',
    async (page) => {
      await page.getByRole('article').last().focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    },
  ],
  [
    'the menu of a channel',
    async (page) => {
      await page.getByRole('button', { name: 'Channel menu' }).click();
      await page.getByRole('menu').waitFor();
    },
  ],
  [
    'clearing a channel',
    async (page) => {
      await page.getByRole('button', { name: 'Channel menu' }).click();
      await page.getByRole('menuitem', { name: 'Clear the channel…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  [
    'a new channel',
    async (page) => {
      await page.getByRole('button', { name: 'New channel' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  ['connecting', async (page) => goTo(page, 'connect', 'Connect a machine')],
  ['settings', async (page) => goTo(page, 'settings', 'Settings')],
];

async function goTo(page: Page, view: string, heading: string): Promise<void> {
  await page.evaluate((name) => (location.hash = `#/${name}`), view);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

describe('in both themes', () => {
  test.each(views)('%s has no fault that axe finds', async (_name, show) => {
    const { page, openChannel } = await openDashboard(relay, { settings: { reducedMotion: 'reduce' } });
    await openChannel(channel);
    await show(page);
    expect(await faults(page)).toEqual([]);
  });

  test('a page that asks for a token, an empty one and one without a relay have none either', async () => {
    const empty = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: 'a-token-for-this-test-only' } });
    const { page } = await openDashboard(empty, {
      expected: /401|ERR_/,
      settings: { reducedMotion: 'reduce' },
    });
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The relay does not know this token.').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('Token').fill('a-token-for-this-test-only');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been said yet').waitFor();
    expect(await faults(page)).toEqual([]);
    await empty.stop();
    await page.getByText('No answer from the relay since').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test.each([
    [390, 844],
    [760, 900],
  ])('at %i pixels nothing is at fault and nothing scrolls sideways', async (width, height) => {
    const { page, openChannel } = await openDashboard(relay, {
      settings: { reducedMotion: 'reduce', viewport: { width, height }, hasTouch: width < 560 },
    });
    await page.getByRole('link', { name: 'around' }).first().waitFor();
    expect(await faults(page)).toEqual([]);
    await openChannel(channel);
    await page.getByText('30 of 40').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('article', { name: /result/ }).click();
    await page.getByRole('complementary', { name: 'Message details' }).getByRole('tree').waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});

describe('by keyboard alone', () => {
  test('one gets from the sidebar to the messages, through the palette and back', async () => {
    const { page, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    await page.getByText('30 of 40').waitFor();
    const focused = () =>
      page.evaluate(
        () =>
          document.activeElement?.getAttribute('aria-label') ??
          document.activeElement?.textContent.trim() ??
          '',
      );
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sett');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Settings');
    await page.goBack();
    await page.getByText('30 of 40').waitFor();

    await page.reload();
    await page.getByText('30 of 40').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    // The feed is one stop.
    const stops: string[] = [];
    for (let stop = 0; stop < 12; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    expect(stops.filter((name) => /message \d+$/.test(name))).toHaveLength(1);
    await page.getByRole('article').last().focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).toMatch(/^orion, error, message \d+$/);
    await page.keyboard.press('i');
    await expect.poll(focused).toBe('Message');
  });

  test('dialogs give the focus back', async () => {
    const { page, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    const menu = page.getByRole('button', { name: 'Channel menu' });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await menu.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('what arrives is announced, several at a time as a number', async () => {
    const { page, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    await page.getByText('30 of 40').waitFor();
    await page.evaluate(() => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      const region = document.querySelector('#app > [role=status]:last-of-type');
      new MutationObserver(() => said.push(region?.textContent ?? '')).observe(region ?? document.body, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    for (const content of ['one', 'two', 'three', 'four'])
      await send(relay, { channel, sender: 'vega', content });
    await expect
      .poll(() => page.evaluate(() => (globalThis as unknown as { said: string[] }).said), { timeout: 8_000 })
      .toEqual([
        expect.stringMatching(/^vega, one$|^\d new messages$/),
        expect.stringMatching(/new messages$|^vega, /),
      ]);
  });
});
