import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect, onTestFinished, vi } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import type { Relay } from '../support/program.ts';

// A browser, a relay and the tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

/** The dashboard in a real browser, as somebody sees it who has opened it at a relay. */
export interface Dashboard {
  page: Page;
  context: BrowserContext;
  /** Everything the browser has complained about: errors, and what the page's policy forbids. */
  complaints: string[];
  feed: Locator;
  /** The messages that are on the page, by what they say. */
  message: (text: string | RegExp) => Locator;
  channelRow: (name: string | RegExp) => Locator;
  openChannel: (name: string) => Promise<void>;
}

export interface OpenOptions {
  path?: string;
  /** The context of a page that is open already: another tab of the same browser. */
  context?: BrowserContext;
  settings?: BrowserContextOptions;
  /** Complaints that are no fault of the page, such as a relay that was stopped on purpose. */
  expected?: RegExp;
}

/** Opens the page. When the test ends, nothing may have been complained about. */
export async function openDashboard(
  relay: Pick<Relay, 'url'>,
  options: OpenOptions = {},
): Promise<Dashboard> {
  expectPageIsBuilt();
  const context = options.context ?? (await newContext(options.settings));
  const page = await context.newPage();
  const complaints: string[] = [];
  const complain = (text: string) => {
    if (!options.expected?.test(text)) complaints.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
  });
  page.on('pageerror', (error) => complain(String(error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== relay.url && protocol !== 'data:') complain(`asked for ${request.url()}`);
  });
  onTestFinished(() => expect(complaints).toEqual([]));
  await page.goto(`${relay.url}/${options.path ?? ''}`);
  const feed = page.getByRole('log');
  return {
    page,
    context,
    complaints,
    feed,
    message: (text) => feed.getByRole('article').filter({ hasText: text }),
    channelRow: (name) => page.getByRole('region', { name: 'Channels' }).getByRole('link', { name }),
    openChannel: async (name) => {
      await page.goto(`${relay.url}/#/channels/${encodeURIComponent(name)}`);
      await page.getByRole('heading', { level: 1, name }).waitFor();
    },
  };
}

/** A browser without history: nothing is remembered from other tests. */
async function newContext(settings: BrowserContextOptions = {}): Promise<BrowserContext> {
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...settings });
  context.setDefaultTimeout(20_000);
  onTestFinished(() => context.close());
  return context;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The relay serves the page that was built last, which would be tested in place of the sources. */
function expectPageIsBuilt(): void {
  const index = join(root, 'dist/renderer/index.html');
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  const changed = ['src-renderer', 'src-shared'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > built,
    ),
  );
  if (changed) throw new Error('The page is older than its sources. Run: npm run build');
}
