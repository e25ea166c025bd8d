import type { Browser, Page } from 'playwright-core';
import type { SampleRelay } from './sample-relay.ts';

const themes = ['dark', 'light'] as const;
export type Theme = (typeof themes)[number];

/** What is to be seen in a picture. It is taken in every theme, unless it names some. */
export interface Picture {
  name: string;
  size: { width: number; height: number };
  path: string;
  /** What is done before the page is opened. */
  before?: ((page: Page) => Promise<void>) | undefined;
  /** What is done before the picture is taken. */
  act?: (page: Page) => Promise<void>;
  themes?: readonly Theme[];
}

/** Takes pictures of the page of a relay, and keeps them in a folder. */
export class Camera {
  readonly #browser: Browser;
  readonly #folder: string;

  constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  async take(relay: SampleRelay, { name, act, themes: only = themes, ...view }: Picture): Promise<void> {
    for (const theme of only) {
      const page = await this.open(relay, { ...view, theme });
      await act?.(page);
      await this.keep(page, `${name}-${theme}`);
    }
  }

  /** Opens the page, for a picture that needs more than the page. */
  async open(
    relay: SampleRelay,
    { size, theme, path, before }: Pick<Picture, 'size' | 'path' | 'before'> & { theme: Theme },
  ): Promise<Page> {
    const touch = size.width < 560;
    const context = await this.#browser.newContext({
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

  /** Takes the picture and closes the page. */
  async keep(page: Page, name: string): Promise<void> {
    await settle(page);
    await page.screenshot({ path: `${this.#folder}/${name}.png` });
    await page.context().close();
  }
}

/** Nothing moves any more, and nothing is pointed at. */
async function settle(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
}
