import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { sampleExport } from '../../scripts/sample-conversation.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { isPageBuilt, openWindowPage } from './open-page.ts';
import { startDesktop, type StartDesktopOptions } from './start-desktop.ts';

/** Where the pictures go. `npm run screenshots` names it; without it none is taken. */
const folder = process.env['CLAUDE_BRIDGE_PICTURES'];

const themes = ['dark', 'light'] as const;

/** The window takes its pictures here, because the application needs the double of Electron that tests have. */
describe.runIf(folder !== undefined && isPageBuilt)('pictures of the window', () => {
  test.each(themes)('its settings, %s', async (theme) => {
    await take(`window-settings-${theme}`, theme, { config: { port: await freePort(), requireToken: true } });
  });

  test.each(themes)('its settings while the relay cannot start, %s', async (theme) => {
    await take(`window-port-taken-${theme}`, theme, { config: { port: await takenPort() } });
  });
});

async function take(
  name: string,
  theme: (typeof themes)[number],
  options: StartDesktopOptions,
): Promise<void> {
  const desktop = await startDesktop({ env: {}, ...options });
  const { relay } = await desktop.until(({ relay: { state } }) => state === 'running' || state === 'error');
  if (relay.running) {
    await desktop.double.request('/api/import', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: sampleExport(Date.now()),
    });
  }
  const { page } = await openWindowPage(desktop.double, {
    fragment: '#/settings',
    settings: { colorScheme: theme, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/Berlin' },
  });
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  await page.getByText('Asking').waitFor({ state: 'detached' });
  mkdirSync(folder ?? '', { recursive: true });
  await page.screenshot({ path: join(folder ?? '', `${name}.png`) });
}
