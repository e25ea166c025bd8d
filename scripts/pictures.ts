import type { Page } from 'playwright-core';
import type { Picture } from './camera.ts';
import { arrive, showSampleAddresses } from './sample-machines.ts';
import type { SampleRelay } from './sample-relay.ts';

/** The channel that most pictures show. */
export const channel = '#/channels/payments%3Aworker';
export const wide = { width: 1280, height: 800 };
const medium = { width: 760, height: 900 };
const narrow = { width: 390, height: 844 };

const openTask = async (page: Page) => {
  await page.getByRole('article', { name: 'windows-orchestrator, task' }).scrollIntoViewIfNeeded();
  await page.getByRole('article', { name: 'windows-orchestrator, task' }).click();
  await page.getByRole('tree').waitFor();
};

/** What everybody sees. */
export const pictures: readonly Picture[] = [
  { name: 'channel', size: wide, path: channel, act: openTask },
  {
    name: 'task',
    size: wide,
    path: channel,
    themes: ['dark'],
    act: async (page) => {
      await page.getByText('Task', { exact: true }).last().click();
      await page.getByLabel('Goal').fill('Release ledger 4.1.8 to staging.');
      await page.getByLabel('Why').fill('Finance wants to check the totals before noon.');
      await page.getByLabel('Done when').fill('The health check is green for ten minutes.');
    },
  },
  {
    name: 'palette',
    size: wide,
    path: channel,
    themes: ['light'],
    act: async (page) => {
      await page.getByRole('article').last().waitFor();
      await page.keyboard.press('Control+k');
      await page.keyboard.type('rounding');
      await page.getByRole('option', { name: /Half-even/ }).waitFor();
    },
  },
  {
    name: 'clear',
    size: wide,
    path: channel,
    themes: ['dark'],
    act: async (page) => {
      await page.getByRole('button', { name: 'Channel menu' }).click();
      await page.getByRole('menuitem', { name: 'Clear the channel…' }).click();
      await page.keyboard.type('payments:wor');
    },
  },
  {
    name: 'search',
    size: wide,
    path: '#/search?q=rounding',
    themes: ['dark'],
    act: async (page) => page.getByRole('list', { name: 'Messages found' }).waitFor(),
  },
  {
    name: 'keys',
    size: wide,
    path: channel,
    themes: ['dark'],
    act: async (page) => {
      await page.getByRole('article').last().focus();
      await page.keyboard.press('?');
    },
  },
  { name: 'medium', size: medium, path: channel, themes: ['light'] },
  { name: 'narrow-channels', size: narrow, path: '#/channels' },
  { name: 'narrow-channel', size: narrow, path: channel },
  { name: 'narrow-details', size: narrow, path: channel, themes: ['dark'], act: openTask },
];

/** What belongs to the owner of a relay with a token. */
export const owned: readonly Picture[] = [
  {
    name: 'agents',
    size: wide,
    path: '#/agents',
    act: async (page) => page.getByText('waits on').first().waitFor(),
  },
  {
    name: 'audit',
    size: wide,
    path: '#/audit',
    act: async (page) => page.getByRole('row').first().waitFor(),
  },
  {
    name: 'settings',
    size: wide,
    path: '#/settings/network',
    act: settingsShown,
  },
  {
    name: 'settings-access',
    size: wide,
    path: '#/settings/access',
    act: settingsShown,
  },
  {
    name: 'settings-retention',
    size: wide,
    path: '#/settings/storage',
    themes: ['dark'],
    act: async (page) => {
      await settingsShown(page);
      await page.getByRole('textbox', { name: 'Keep messages for' }).fill('1');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'narrow-settings',
    size: narrow,
    path: '#/settings/storage',
    themes: ['light'],
    act: settingsShown,
  },
  {
    name: 'narrow-agents',
    size: narrow,
    path: '#/agents',
    themes: ['dark'],
    act: async (page) => page.getByText('waits on').first().waitFor(),
  },
  {
    name: 'narrow-audit',
    size: narrow,
    path: '#/audit',
    themes: ['dark'],
    act: async (page) => page.getByRole('row').last().waitFor(),
  },
];

/** What the owner of `relay` sees while another machine is to join. */
export function joining(relay: SampleRelay, token: string): Picture[] {
  const connect = async (page: Page) => {
    await signIn(page, token);
    await page.getByText('Recommended').waitFor();
  };
  const withCode = async (page: Page) => {
    await connect(page);
    await page.getByText('Pairing code', { exact: true }).click();
    await page.getByRole('button', { name: 'Make a code' }).click();
    await page.getByRole('timer').waitFor();
  };
  const arrived = async (page: Page) => {
    await connect(page);
    await page.getByRole('button', { name: /^Make a token/ }).click();
    await page.getByRole('button', { name: 'Show the token' }).click();
    const shown = await page
      .getByRole('region', { name: /^Run this/ })
      .locator('code')
      .allTextContents();
    await page.getByRole('button', { name: 'Hide the token' }).click();
    await arrive(relay, /cb_\w{12}_[\w-]+/.exec(shown.join())?.[0] ?? '');
    await page.getByText(/^Round trip/).waitFor();
  };
  const tokens = async (page: Page) => {
    await signIn(page, token);
    await page.getByText('old-laptop').scrollIntoViewIfNeeded();
  };
  const there = { path: '#/connect', before: showSampleAddresses };
  return [
    { name: 'connect', size: wide, ...there, act: connect },
    { name: 'connect-code', size: wide, ...there, act: withCode, themes: ['light'] },
    { name: 'connect-arrived', size: wide, ...there, act: arrived },
    { name: 'connect-medium', size: medium, ...there, act: connect, themes: ['dark'] },
    { name: 'connect-narrow', size: narrow, ...there, act: connect, themes: ['light'] },
    { name: 'tokens', size: wide, path: '#/settings', act: tokens },
    { name: 'tokens-narrow', size: narrow, path: '#/settings', act: tokens, themes: ['dark'] },
  ];
}

/** The section that the address names is at the head of the page. */
async function settingsShown(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
}

export async function signIn(page: Page, given: string): Promise<void> {
  await page.getByLabel('Token').fill(given);
  await page.keyboard.press('Enter');
}
