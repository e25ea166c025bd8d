/**
 * Takes the pictures of docs/screenshots: `npm run screenshots`, or of another folder: `npm run screenshots -- FOLDER`. The page is
 * that of the last build, the relay a real one with fictional messages and agents.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { browserOptions } from '../test/support/find-browser.ts';
import {
  arrive,
  makeSampleTokens,
  pretendWindow,
  sampleSteps,
  showSampleAddresses,
} from './sample-machines.ts';
import { startSampleAgents } from './sample-agents.ts';
import { startEmptyRelay, startSampleRelay, type SampleRelay } from './sample-relay.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const token = 'a-fictional-token-for-a-picture';
const channel = '#/channels/payments%3Aworker';
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const themes = ['dark', 'light'] as const;

interface Picture {
  name: string;
  size: { width: number; height: number };
  path: string;
  /** What is done before the page is opened. */
  before?: ((page: Page) => Promise<void>) | undefined;
  /** What is done before the picture is taken. */
  act?: (page: Page) => Promise<void>;
  themes?: readonly (typeof themes)[number][];
}

const openTask = async (page: Page) => {
  await page.getByRole('article', { name: 'windows-orchestrator, task' }).scrollIntoViewIfNeeded();
  await page.getByRole('article', { name: 'windows-orchestrator, task' }).click();
  await page.getByRole('tree').waitFor();
};

const pictures: Picture[] = [
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
  { name: 'medium', size: { width: 760, height: 900 }, path: channel, themes: ['light'] },
  { name: 'narrow-channels', size: narrow, path: '#/channels' },
  { name: 'narrow-channel', size: narrow, path: channel },
  { name: 'narrow-details', size: narrow, path: channel, themes: ['dark'], act: openTask },
];

/** What belongs to the owner of a relay with a token. */
const owned: Picture[] = [
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

/** The section that the address names is at the head of the page. */
async function settingsShown(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(browserOptions());
{
  await using relay = await startSampleRelay();
  for (const picture of pictures) await take(browser, relay, picture);
  await takeOffline(browser, relay);
}
{
  await using relay = await startEmptyRelay();
  await take(browser, relay, { name: 'empty', size: wide, path: '', themes: ['dark'] });
}
{
  await using relay = await startSampleRelay({
    CLAUDE_BRIDGE_AUTH_TOKEN: token,
    CLAUDE_BRIDGE_AUDIT_LOG: '1',
  });
  await using _agents = await startSampleAgents(relay, token);
  await take(browser, relay, { name: 'sign-in', size: wide, path: '', themes: ['light'] });
  for (const picture of owned) {
    await take(browser, relay, {
      ...picture,
      act: async (page) => {
        await signIn(page, token);
        await picture.act?.(page);
      },
    });
  }
  const { label, rights } = { label: 'old-laptop', rights: ['send'] };
  const made = await fetch(`${relay.url}/api/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    body: JSON.stringify({ label, rights }),
  });
  const { token: sendingOnly } = (await made.json()) as { token: string };
  await take(browser, relay, {
    name: 'refused',
    size: wide,
    path: '',
    themes: ['dark'],
    act: async (page) => {
      await signIn(page, sendingOnly);
      await page.getByText('The relay has refused this page since').waitFor();
    },
  });
}
{
  await using relay = await startSampleRelay({ CLAUDE_BRIDGE_AUTH_TOKEN: token });
  await makeSampleTokens(relay);
  for (const picture of joining(relay)) await take(browser, relay, picture);
  for (const [index, run] of sampleSteps.entries()) {
    const name = `first-run-${index + 1}`;
    await take(browser, relay, { name, size: wide, path: '', before: (page) => pretendWindow(page, run) });
  }
}
await browser.close();
takeWindow();

/** The window needs the double of Electron, which only tests can build. */
function takeWindow(): void {
  execFileSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', 'test/desktop/window-pictures.test.ts'],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, CLAUDE_BRIDGE_PICTURES: resolve(folder) },
      stdio: 'inherit',
    },
  );
}

/** What the owner of `relay` sees while another machine is to join. */
function joining(relay: SampleRelay): Picture[] {
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
    { name: 'connect-medium', size: { width: 760, height: 900 }, ...there, act: connect, themes: ['dark'] },
    { name: 'connect-narrow', size: narrow, ...there, act: connect, themes: ['light'] },
    { name: 'tokens', size: wide, path: '#/settings', act: tokens },
    { name: 'tokens-narrow', size: narrow, path: '#/settings', act: tokens, themes: ['dark'] },
  ];
}

async function take(
  from: Browser,
  relay: SampleRelay,
  { name, size, path, before, act, themes: only = themes }: Picture,
): Promise<void> {
  for (const theme of only) {
    const page = await open(from, relay, { size, theme, path, before });
    await act?.(page);
    await settle(page);
    await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
    await page.context().close();
  }
}

/** The relay goes away while somebody writes. */
async function takeOffline(from: Browser, relay: SampleRelay): Promise<void> {
  const page = await open(from, relay, { size: wide, theme: 'dark', path: channel });
  await page.getByRole('article').last().waitFor();
  await relay.stop();
  await page.getByText('No answer from the relay since').waitFor();
  await page.getByPlaceholder('Message payments:worker').fill('Please push the branch and open a review.');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Waiting to send').waitFor();
  await settle(page);
  await page.screenshot({ path: `${folder}/offline-dark.png` });
  await page.context().close();
}

async function open(
  from: Browser,
  relay: SampleRelay,
  { size, theme, path, before }: Pick<Picture, 'size' | 'path' | 'before'> & { theme: 'dark' | 'light' },
): Promise<Page> {
  const touch = size.width < 560;
  const context = await from.newContext({
    viewport: size,
    colorScheme: theme,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    hasTouch: touch,
    isMobile: touch,
  });
  const page = await context.newPage();
  // Two channels hold something that was not seen; everything else was.
  await page.addInitScript((since) => {
    const seen = (at: string) => ({ id: '', at });
    const channels = {
      'payments:orchestrator': seen(new Date(since - 5 * 60_000).toISOString()),
      'general:sync': seen(new Date(since - 30 * 60_000).toISOString()),
      'payments:worker': seen(new Date(since - 7 * 60_000).toISOString()),
    };
    localStorage.setItem(
      'claude-bridge.seen',
      JSON.stringify({ since: new Date(since).toISOString(), channels }),
    );
  }, Date.now());
  await before?.(page);
  await page.goto(`${relay.url}/${path}`);
  await page.locator('main, [role=main]').first().waitFor();
  return page;
}

async function signIn(page: Page, given: string): Promise<void> {
  await page.getByLabel('Token').fill(given);
  await page.keyboard.press('Enter');
}

/** Nothing moves any more, and nothing is pointed at. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
}
