import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { faults } from '../browser/faults.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { scratchDirectory } from '../support/program.ts';
import { exportFromEarlier } from '../support/send-earlier.ts';
import { isPageBuilt, openWindowPage } from './open-page.ts';
import { startDesktop, type RunningDesktop, type StartDesktopOptions } from './start-desktop.ts';

// A browser, an application and the tests share two cores.
vi.setConfig({ testTimeout: 60_000 });

/** An application whose relay runs on a port of the settings file, and its window with the settings open. */
async function openSettings(
  options: StartDesktopOptions = {},
): Promise<RunningDesktop & { page: Page; complaints: string[]; port: number }> {
  const port = await freePort();
  const desktop = await startDesktop({ env: {}, ...options, config: { port, ...options.config } });
  await desktop.until(({ relay: { state } }) => state === 'running');
  const window = await openWindowPage(desktop.double, { fragment: '#/settings' });
  await window.page.getByRole('heading', { name: 'Limits' }).waitFor();
  return { ...desktop, ...window, port };
}

function row(page: Page, title: string) {
  return page.locator('[data-setting]').filter({ has: page.getByText(title, { exact: true }) });
}

async function enter(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await field.fill(text);
  await field.press('Enter');
}

function kept({ home }: { home: string }): unknown {
  return JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'));
}

async function send({ double }: RunningDesktop, content: string): Promise<void> {
  await double.request('/api/send', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ channel: 'demo:builds', sender: 'atlas', content }),
  });
}

describe.runIf(isPageBuilt)('the settings in the window', () => {
  test('move the relay to another port, and the window goes on where it was', async () => {
    const desktop = await openSettings();
    const { page, until } = desktop;
    const port = await freePort();
    await enter(page, 'Port', String(port));
    await row(page, 'Port').getByText('Applied').waitFor();
    await until(({ relay }) => relay.running?.port === port);
    await page.getByText(`http://127.0.0.1:${port}`, { exact: true }).first().waitFor();
    await send(desktop, 'after the move');
    await page.goto(page.url().replace(/#.*/, '#/channels/demo%3Abuilds'));
    await page.getByText('after the move').first().waitFor();
    expect(desktop.complaints).toEqual([]);
  });

  test('say that a port is taken and which one stays, and nothing has changed', async () => {
    const desktop = await openSettings();
    const { page, port } = desktop;
    await enter(page, 'Port', String(await takenPort()));
    const alert = row(page, 'Port').getByRole('alert');
    await alert.getByText(/in use by another program/).waitFor();
    expect(await alert.innerText()).toContain(`Port stays ${port}.`);
    expect(kept(desktop)).toEqual({ port });
    expect((await desktop.state()).relay.running?.port).toBe(port);
  });

  test('ask before agents that were connected without a token are refused', async () => {
    const desktop = await openSettings();
    const { page, port, until } = desktop;
    const allNetworks = page.getByRole('radio', { name: /All networks/ });
    await allNetworks.click();
    const question = page.getByRole('dialog', { name: 'Ask for a token from now on?' });
    await question.waitFor();
    expect(await faults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(kept(desktop)).toEqual({ port });
    await allNetworks.click();
    await page.getByRole('button', { name: 'Ask for a token', exact: true }).click();
    await until(({ relay }) => relay.running?.token.required === true);
    expect(kept(desktop)).toEqual({ port, host: '0.0.0.0' });
  });

  test.runIf(hasOpenssl)(
    'look into certificate files before they are used, and switch TLS on and off',
    async () => {
      const dir = scratchDirectory();
      const { certPath, keyPath } = makeCertificate({ dir, altNames: ['desk.example'] });
      const other = makeCertificate({ dir: scratchDirectory() });
      const { page, double, until } = await openSettings();
      await page.getByText('Certificate files', { exact: true }).click();
      double.dialog.path = certPath;
      await page.getByRole('button', { name: 'Choose the certificate…' }).click();
      double.dialog.path = other.keyPath;
      await page.getByRole('button', { name: 'Choose the private key…' }).click();
      await page
        .getByRole('alert')
        .getByText(/does not belong to the certificate/)
        .waitFor();
      double.dialog.path = keyPath;
      await page.getByRole('button', { name: 'Choose the private key…' }).click();
      await page.getByText('desk.example').waitFor();
      expect((await (await double.request('/api/relay')).json()) as object).toMatchObject({ tls: null });

      await page.getByRole('button', { name: 'Use this pair' }).click();
      await page.getByText('Belongs to the certificate, in use').waitFor();
      await until(({ relay }) => relay.running?.tls?.names[0] === 'desk.example');
      await page.getByText('Off', { exact: true }).last().click();
      await until(({ relay }) => relay.running?.tls === null);
    },
  );

  test('show the token, say who keeps it, and replace it', async () => {
    const { page, call } = await openSettings({ config: { requireToken: true } });
    const { token } = await call('showToken');
    await page.getByText('The system keeps it, encrypted.').waitFor();
    expect(await page.content()).not.toContain(token);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(token ?? '', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByText('Not at all').click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByText('The old one counts no more.').waitFor();
    const { token: next } = await call('showToken');
    expect(next).not.toBe(token);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(next ?? '', { exact: true }).waitFor();
  });

  test('say why a token is in a file, where the system does not protect it', async () => {
    const { page, home } = await openSettings({
      config: { requireToken: true },
      prepare: ({ safeStorage }) => (safeStorage.backend = 'basic_text'),
    });
    await row(page, 'Shared token')
      .getByText(/no secret service runs/)
      .waitFor();
    await row(page, 'Shared token').getByText(join(home, 'token')).waitFor();
  });

  test('say what a retention deletes before it does', async () => {
    const desktop = await openSettings();
    const { page, double } = desktop;
    await double.request('/api/import', {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: exportFromEarlier('demo:old', [40, 3]),
    });
    await enter(page, 'Keep messages for', '30');
    await page
      .getByRole('dialog')
      .getByText(/^1 message older than/)
      .waitFor();
    await page.getByRole('button', { name: 'Keep for 30 days' }).click();
    await row(page, 'Keep messages for').getByText('Applied').waitFor();
    expect(kept(desktop)).toMatchObject({ retentionDays: 30 });
  });

  test('pause and resume the relay', async () => {
    const { page, until } = await openSettings();
    await page.getByRole('button', { name: 'Pause' }).click();
    await until(({ relay }) => relay.running?.paused_since !== null);
    await row(page, 'Handing out').getByRole('button', { name: 'Resume' }).click();
    await until(({ relay }) => relay.running?.paused_since === null);
  });

  test('are there while the relay is stopped, and count when it is started', async () => {
    const desktop = await openSettings();
    const { page, until } = desktop;
    await page.getByRole('button', { name: 'Stop relay' }).click();
    await row(page, 'State').getByText('Stopped', { exact: true }).waitFor();
    const port = await freePort();
    await enter(page, 'Port', String(port));
    await row(page, 'Port').getByText('Applied').waitFor();
    await page.reload();
    await row(page, 'State').getByText('Stopped', { exact: true }).waitFor();
    expect(await page.getByRole('textbox', { name: 'Port', exact: true }).inputValue()).toBe(String(port));
    expect(await faults(page)).toEqual([]);
    await row(page, 'State').getByRole('button', { name: 'Start relay' }).click();
    await until(({ relay }) => relay.running?.port === port);
    await row(page, 'State').getByText('Running since').waitFor();
  });

  test('say why the relay cannot start, and get it going', async () => {
    const port = await takenPort();
    const desktop = await startDesktop({ env: {}, config: { port } });
    await desktop.until(({ relay: { state } }) => state === 'error');
    const { page } = await openWindowPage(desktop.double);
    await page.getByRole('heading', { name: 'The relay cannot start' }).waitFor();
    await page.getByText(/in use by another program\.$/).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Settings' }).click();
    await row(page, 'State')
      .getByText(/in use by another program/)
      .waitFor();
    await enter(page, 'Port', String(await freePort()));
    await row(page, 'Port').getByText('Applied').waitFor();
    await row(page, 'State').getByRole('button', { name: 'Try again' }).click();
    await row(page, 'State').getByText('Running since').waitFor();
  });

  test('say that the settings file cannot be read', async () => {
    const desktop = await startDesktop({ env: {}, brokenConfig: '{"port": 80' });
    await desktop.until(({ relay: { state } }) => state === 'error');
    const { page } = await openWindowPage(desktop.double, { fragment: '#/settings' });
    await page.getByText('The settings could not be read.').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test('use another database from the next start on', async () => {
    const desktop = await openSettings();
    const { page, double, home, until } = desktop;
    await send(desktop, 'in the first file');
    const path = join(home, 'second.db');
    double.dialog.path = path;
    await page.getByRole('button', { name: 'Use another file…' }).click();
    await row(page, 'Database').getByText('A change waits for the next start.').waitFor();
    await page.getByRole('button', { name: 'Restart with the new settings' }).click();
    await until(({ relay }) => relay.running?.database === path);
    await row(page, 'Database').getByText(path).first().waitFor();
    await row(page, 'Database').getByText('0 messages').waitFor();
  });

  test('save a backup where the person says', async () => {
    const { page, double } = await openSettings();
    const path = join(scratchDirectory(), 'backup.db');
    double.dialog.path = path;
    await page.getByRole('button', { name: 'Back up now…' }).click();
    await page.getByText(`Saved as ${path}`).waitFor();
    expect(statSync(path).size).toBeGreaterThan(0);
  });

  test('change what concerns the application', async () => {
    const desktop = await openSettings();
    const { page, double, home, until } = desktop;
    await page.getByRole('switch', { name: 'Start at login' }).click();
    await until(({ login }) => login.enabled);
    expect(existsSync(join(home, '.config/autostart/claude-bridge-desktop.desktop'))).toBe(true);
    await page.getByText('All messages', { exact: true }).click();
    await page.getByText('Dark', { exact: true }).click();
    await page.getByRole('switch', { name: 'Keep the computer awake' }).click();
    await enter(page, 'Your name', 'ada');
    await until(({ settings }) => settings.name === 'ada' && settings.keepAwake);
    expect(kept(desktop)).toMatchObject({
      desktop: { notifications: 'all', theme: 'dark', name: 'ada', keepAwake: true },
    });
    expect(double.nativeTheme.exported.themeSource).toBe('dark');
    await page.locator('html[data-theme=dark]').waitFor();

    await row(page, 'Updates').getByRole('button', { name: 'Check for updates' }).click();
    await row(page, 'Updates').getByText('This is a development build').waitFor();
    await page.getByRole('button', { name: 'View log' }).click();
    await expect.poll(() => double.shell.paths.at(-1)).toMatch(/claude-bridge\.log$/);
    expect(await faults(page)).toEqual([]);
  });

  test('say by which variable a setting is given', async () => {
    const { page } = await openSettings({ env: { CLAUDE_BRIDGE_MAX_SSE: '50' } });
    await row(page, 'Streams at once')
      .getByText('Given by the variable CLAUDE_BRIDGE_MAX_SSE. Start the application without it')
      .waitFor();
  });
});
