/**
 * Takes the pictures of docs/screenshots: `npm run screenshots`, or of another folder: `npm run screenshots -- FOLDER`. The page is
 * that of the last build, the relay a real one with fictional messages and agents.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ApiClient } from '../src-shared/client/api-client.ts';
import { browserOptions } from '../test/support/find-browser.ts';
import { Camera } from './camera.ts';
import { channel, joining, owned, pictures, signIn, wide } from './pictures.ts';
import { startSampleAgents } from './sample-agents.ts';
import { makeSampleTokens, pretendWindow, sampleSteps } from './sample-machines.ts';
import { startEmptyRelay, startSampleRelay, type SampleRelay } from './sample-relay.ts';

const folder = process.argv[2] ?? fileURLToPath(new URL('../docs/screenshots', import.meta.url));
const token = 'a-fictional-token-for-a-picture';

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(browserOptions());
const camera = new Camera(browser, folder);
{
  await using relay = await startSampleRelay();
  for (const picture of pictures) await camera.take(relay, picture);
  await takeOffline(relay);
}
{
  await using relay = await startEmptyRelay();
  await camera.take(relay, { name: 'empty', size: wide, path: '', themes: ['dark'] });
}
{
  await using relay = await startSampleRelay({
    CLAUDE_BRIDGE_AUTH_TOKEN: token,
    CLAUDE_BRIDGE_AUDIT_LOG: '1',
  });
  await using _agents = await startSampleAgents(relay, token);
  await camera.take(relay, { name: 'sign-in', size: wide, path: '', themes: ['light'] });
  for (const picture of owned) {
    await camera.take(relay, {
      ...picture,
      act: async (page) => {
        await signIn(page, token);
        await picture.act?.(page);
      },
    });
  }
  const owner = new ApiClient({ url: relay.url, token: () => token });
  const { token: sendingOnly } = await owner.createToken({ label: 'old-laptop', rights: ['send'] });
  await camera.take(relay, {
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
  for (const picture of joining(relay, token)) await camera.take(relay, picture);
  for (const [index, run] of sampleSteps.entries()) {
    const name = `first-run-${index + 1}`;
    await camera.take(relay, { name, size: wide, path: '', before: (page) => pretendWindow(page, run) });
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

/** The relay goes away while somebody writes. */
async function takeOffline(relay: SampleRelay): Promise<void> {
  const page = await camera.open(relay, { size: wide, theme: 'dark', path: channel });
  await page.getByRole('article').last().waitFor();
  await relay.stop();
  await page.getByText('No answer from the relay since').waitFor();
  await page.getByPlaceholder('Message payments:worker').fill('Please push the branch and open a review.');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Waiting to send').waitFor();
  await camera.keep(page, 'offline-dark');
}
