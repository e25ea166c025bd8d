import { chromium, type Browser } from 'playwright-core';
import { afterAll } from 'vitest';
import { browserOptions } from './find-browser.ts';

let launched: Promise<Browser> | undefined;

/** One browser for a test file. It ends with it. */
export function launchBrowser(): Promise<Browser> {
  launched ??= chromium.launch(browserOptions());
  return launched;
}

afterAll(async () => {
  await (await launched)?.close();
  launched = undefined;
});
