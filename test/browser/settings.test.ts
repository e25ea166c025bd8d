import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { bearer, call, get, state } from '../support/http-client.ts';
import { hasLoopback6, networkAddress } from '../support/networks.ts';
import { freePort, takenPort } from '../support/ports.ts';
import { scratchDirectory, startRelay, type Relay, type RelayOptions } from '../support/program.ts';
import { exportFromEarlier } from '../support/send-earlier.ts';
import { openDashboard, type Dashboard } from './dashboard.ts';
import { faults } from './faults.ts';

const token = 'a-shared-token-for-this-test';
/** Asking for a token is no fault of the page. */
const expected = /401/;

/** A relay whose token and port are in its settings file, where a page can change them. */
async function startAdministered(
  config: object = {},
  options: RelayOptions = {},
): Promise<Relay & { file: string }> {
  const home = scratchDirectory();
  const file = join(home, 'config.json');
  writeFileSync(file, JSON.stringify({ port: await freePort(), authToken: token, ...config }));
  const relay = await startRelay({ home, portFromFile: true, ...options });
  return Object.assign(relay, { file });
}

/** Opens the settings, signed in with the shared token. */
async function openSettings(
  relay: Pick<Relay, 'url'>,
  options: Parameters<typeof openDashboard>[1] = {},
): Promise<Dashboard> {
  const dashboard = await openDashboard(relay, { path: '#/settings', expected, ...options });
  await signIn(dashboard.page);
  return dashboard;
}

async function signIn(page: Page, secret = token): Promise<void> {
  await page.getByLabel('Token', { exact: true }).fill(secret);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
}

/** The row of a setting, by its title. */
function row(page: Page, title: string) {
  return page.locator('[data-setting]').filter({ has: page.getByText(title, { exact: true }) });
}

function kept({ file }: { file: string }): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function enter(page: Page, label: string, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: label, exact: true });
  await field.fill(text);
  await field.press('Enter');
}

describe('settings that are changed on the page', () => {
  let relay: Relay & { file: string };
  beforeAll(async () => {
    relay = await startAdministered();
  });

  test('count at once, say so beside the control, and are kept in the settings file', async () => {
    const { page } = await openSettings(relay);
    await enter(page, 'Streams at once', '40');
    await row(page, 'Streams at once').getByText('Applied').waitFor();
    expect(kept(relay)).toMatchObject({ maxSse: 40 });
    await page.getByRole('switch', { name: 'Record access' }).click();
    await row(page, 'Record access').getByText('Applied').waitFor();
    expect((await state(relay, bearer(token))).audit_enabled).toBe(true);
    await page.getByRole('button', { name: 'Use 100' }).click();
    await expect.poll(() => kept(relay)).not.toHaveProperty('maxSse');
  });

  test('are refused here when no relay would take them, and nothing is sent', async () => {
    const { page } = await openSettings(relay);
    const changes: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') changes.push(request.url());
    });
    for (const [text, words] of [
      ['99999', 'It must be a whole number from 0 to 65535. Port stays'],
      ['many', 'It must be a whole number'],
    ] as const) {
      await enter(page, 'Port', text);
      await row(page, 'Port').getByRole('alert').getByText(words).waitFor();
    }
    const port = page.getByRole('textbox', { name: 'Port', exact: true });
    expect(await port.getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: /^Keep \d+$/ }).click();
    await expect.poll(() => port.inputValue()).toBe(String(relay.port));
    await page.getByRole('button', { name: 'Add to Allowed host names' }).click();
    await page.getByRole('textbox', { name: 'Add to Allowed host names' }).fill('https://no');
    await page.keyboard.press('Enter');
    await row(page, 'Allowed host names').getByRole('alert').getByText('https://no: it must be').waitFor();
    expect(changes).toEqual([]);
  });

  test('are refused by the relay with the reason, and what was in force stays so', async () => {
    const taken = await takenPort();
    const before = kept(relay);
    const { page } = await openSettings(relay, { expected: /401|409/ });
    await enter(page, 'Port', String(taken));
    const alert = row(page, 'Port').getByRole('alert');
    await alert.getByText(/in use by another program/).waitFor();
    expect(await alert.innerText()).toContain(`Port stays ${relay.port}.`);
    expect(await alert.innerText()).not.toContain('--');
    expect(kept(relay)).toEqual(before);
    expect((await get(relay, '/status')).status).toBe(200);
  });

  test('that a flag or a variable gives say by what, and cannot be changed', async () => {
    const fixed = await startAdministered(
      {},
      { args: ['--retention-days', '3'], env: { CLAUDE_BRIDGE_MAX_SSE: '50' } },
    );
    const { page } = await openSettings(fixed);
    await row(page, 'Streams at once').getByText('Given by the variable CLAUDE_BRIDGE_MAX_SSE.').waitFor();
    await row(page, 'Keep messages for').getByText('Given by the flag --retention-days.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Streams at once' }).isDisabled()).toBe(true);
    expect(await page.getByRole('textbox', { name: 'Keep messages for' }).isDisabled()).toBe(true);
  });

  test('are found by their words, and by the name that the settings file has for them', async () => {
    const { page } = await openSettings(relay);
    const titles = () => page.locator('[data-setting]').count();
    const all = await titles();
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('maxSsePerChannel');
    await expect.poll(titles).toBe(1);
    await expect.poll(() => page.getByRole('heading', { name: 'Access' }).isVisible()).toBe(false);
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('no such thing');
    await page.getByText('No setting fits “no such thing”.').waitFor();
    await page.getByRole('searchbox', { name: 'Find a setting' }).fill('');
    await expect.poll(titles).toBe(all);
  });

  test('are reached by an address of their own', async () => {
    const { page } = await openSettings(relay, { path: '#/settings/storage' });
    const heading = page.getByRole('heading', { name: 'Storage', exact: true }).first();
    await expect.poll(() => heading.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect.poll(() => heading.isVisible()).toBe(true);
  });
});

describe('another port', () => {
  test('is followed by the page, which stays signed in', async () => {
    const relay = await startAdministered();
    const port = await freePort();
    const { page } = await openSettings(relay, { expected: /401|asked for/ });
    await enter(page, 'Port', String(port));
    await page.waitForURL(`http://127.0.0.1:${port}/#/settings`);
    await page.getByRole('heading', { name: 'Limits' }).waitFor();
    await expect
      .poll(() => page.getByRole('textbox', { name: 'Port', exact: true }).inputValue())
      .toBe(String(port));
  });
});

const { ipv4 } = networkAddress;

describe.skipIf(ipv4 === undefined)('the address of a network', () => {
  const there = ipv4 ?? '';

  /** Inside a container its addresses are not offered, as they end at its host. */
  async function offerNetworks(page: Page): Promise<void> {
    await page.route('**/api/relay', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        body: (await answer.text()).replaceAll('"container"', '"lan"'),
      });
    });
    await page.reload();
    await page.getByRole('heading', { name: 'Limits' }).waitFor();
  }

  test('is one more: the page on this computer goes on, and so does what agents here have', async () => {
    const relay = await startAdministered();
    const { page } = await openSettings(relay, { expected: /401|asked for/ });
    await offerNetworks(page);
    await page.getByRole('radio', { name: there }).click();
    await row(page, 'Listen on').getByText('Applied').waitFor();
    for (const host of ['127.0.0.1', there]) {
      await page.getByText(`http://${host}:${relay.port}`, { exact: true }).waitFor();
      expect((await get({ port: relay.port, host }, '/status')).status).toBe(200);
    }
    expect(page.url()).toBe(`${relay.url}/#/settings`);
    await page.getByRole('switch', { name: 'On this computer as well' }).click();
    await page.getByRole('dialog', { name: 'Stop listening on 127.0.0.1?' }).waitFor();
    await page.getByText(`Afterwards it is reached only on ${there}.`).waitFor();
    await page.getByRole('button', { name: `Listen on ${there}` }).click();
    await page.waitForURL(`http://${there}:${relay.port}/#/settings`);
    expect(kept(relay)).toMatchObject({ host: there, loopback: false });
  });

  test('alone is said, where another program has the port on this computer', async () => {
    const port = await takenPort();
    const relay = await startAdministered({ host: there, port });
    const { page } = await openSettings(relay);
    // What that program does not have by IPv6 is the relay's.
    const reached = hasLoopback6
      ? `http://[::1]:${port} but not at all its addresses of loopback`
      : `http://${there}:${port} only`;
    await row(page, 'Listen on')
      .getByText(
        `This machine reaches the relay at ${reached}: cannot listen on 127.0.0.1 port ${port}: the port is in use by another program.`,
      )
      .waitFor();
  });
});

describe('a change that would lock this browser out', () => {
  test('is asked about, and not made when the answer is no', async () => {
    const relay = await startAdministered({ requireToken: true, authToken: undefined });
    const secret = readFileSync(join(relay.home, 'token'), 'utf8').trim();
    const { page } = await openDashboard(relay, { path: '#/settings', expected: /401|403/ });
    await signIn(page, secret);
    await page.getByRole('switch', { name: 'Require a token' }).click();
    await page.getByRole('dialog', { name: 'Stop asking for a token?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(kept(relay)).toMatchObject({ requireToken: true });

    await page.getByRole('switch', { name: 'Require a token' }).click();
    await page.getByRole('button', { name: 'Stop asking', exact: true }).click();
    await page.getByText('need the right admin, which this browser does not have').waitFor();
    expect(kept(relay)).toMatchObject({ requireToken: false });
  });

  test.skipIf(!hasOpenssl)('to TLS is asked about, then the page goes on under the new address', async () => {
    const relay = await startAdministered();
    const [one, other] = [1, 2].map(() =>
      makeCertificate({ dir: scratchDirectory(), altNames: ['127.0.0.1'] }),
    );
    const { page } = await openSettings(relay, {
      expected: /401|400|asked for/,
      settings: { ignoreHTTPSErrors: true },
    });
    await page.getByText('Certificate files', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Certificate', exact: true }).fill(one?.certPath ?? '');
    await page.getByRole('textbox', { name: 'Private key' }).fill(other?.keyPath ?? '');
    await page.getByRole('button', { name: 'Use this pair' }).click();
    await page.getByRole('button', { name: 'Switch to TLS' }).click();
    await page
      .getByRole('alert')
      .getByText(/does not belong to the certificate.*Encryption stays off\./)
      .waitFor();
    await page.getByRole('textbox', { name: 'Private key' }).fill(one?.keyPath ?? '');
    await page.getByRole('button', { name: 'Use this pair' }).click();
    await page.getByRole('button', { name: 'Switch to TLS' }).click();
    await page.waitForURL(`https://127.0.0.1:${relay.port}/#/settings`);
    await page.getByText('CN=bridge.example').waitFor();
    await page.getByText('Belongs to the certificate, in use').waitFor();
    expect(kept(relay)).toMatchObject({ tlsCert: one?.certPath, tlsKey: one?.keyPath });
  });
});

describe('retention', () => {
  test('says in numbers what it deletes before it does, and deletes nothing when the answer is no', async () => {
    const relay = await startAdministered({ retentionSweepSeconds: 10 });
    await call(relay, 'POST', '/api/import', {
      body: exportFromEarlier('demo:old', [40, 35, 3]),
      headers: { ...bearer(token), 'Content-Type': 'application/x-ndjson' },
    });
    const { page } = await openSettings(relay);
    await row(page, 'Keep messages for').getByText('Nothing is deleted.').waitFor();
    await enter(page, 'Keep messages for', '30');
    const question = page.getByRole('dialog', { name: 'Keep messages for 30 days?' });
    await question.getByText(/^2 messages older than .+ will be deleted .+, read or not\./).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('textbox', { name: 'Keep messages for' }).inputValue()).toBe('0');
    expect((await state(relay, bearer(token))).retention_days).toBe(0);

    await enter(page, 'Keep messages for', '30');
    await page.getByRole('button', { name: 'Keep for 30 days' }).click();
    await row(page, 'Keep messages for').getByText('Applied').waitFor();
    await row(page, 'Keep messages for').getByText('2 messages older than').waitFor();
    await expect
      .poll(async () => (await state(relay, bearer(token))).total_messages, { timeout: 30_000 })
      .toBe(1);

    // What only keeps more is not asked about.
    await enter(page, 'Keep messages for', '300');
    await row(page, 'Keep messages for').getByText('Applied').waitFor();
    expect((await state(relay, bearer(token))).retention_days).toBe(300);
  });
});

describe('another shared token', () => {
  test('leaves this session be while the old one counts', async () => {
    const relay = await startAdministered();
    const { page } = await openSettings(relay);
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByRole('dialog').getByText('1 h 0 min').click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByText('Replaced.').waitFor();
    await row(page, 'Shared token').getByText(relay.file).first().waitFor();
    const { authToken } = kept(relay) as { authToken: string };
    expect(authToken).not.toBe(token);
    expect(await page.content()).not.toContain(authToken);
    expect((await get(relay, '/api/state', bearer(authToken))).status).toBe(200);
    await enter(page, 'Streams at once', '41');
    await row(page, 'Streams at once').getByText('Applied').waitFor();
  });

  test('signs this browser out when the old one ends at once', async () => {
    const relay = await startAdministered();
    // The stream is cut in the middle.
    const { page } = await openSettings(relay, { expected: /401|ERR_INCOMPLETE/ });
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByText('Not at all').click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in to Claude Bridge' }).waitFor();
    await signIn(page, (kept(relay) as { authToken: string }).authToken);
  });
});

describe('who may not change the relay', () => {
  test('is told which right is missing and how to get it, with a token that was given less', async () => {
    const relay = await startAdministered();
    const made = await call(relay, 'POST', '/api/tokens', {
      body: { label: 'screen', rights: ['read'] },
      headers: bearer(token),
    });
    const { page } = await openDashboard(relay, { path: '#/settings', expected });
    await page.getByLabel('Token', { exact: true }).fill((made.body as { token: string }).token);
    await page.keyboard.press('Enter');
    await page.getByText('need the right admin, which this browser does not have').waitFor();
    await page.getByText('It has: read').waitFor();
    expect(await page.getByRole('heading', { name: 'Limits' }).count()).toBe(0);
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Sign in with another token' }).click();
    await signIn(page);
  });

  test('is told how to make a relay ask, where it lets everybody in', async () => {
    const relay = await startRelay();
    const { page } = await openDashboard(relay, { path: '#/settings' });
    await page.getByText('claude-bridge --require-token').waitFor();
    expect(await faults(page)).toEqual([]);
  });
});

describe('beside the settings', () => {
  let relay: Relay & { file: string };
  beforeAll(async () => {
    relay = await startAdministered();
  });

  test('the relay is paused and resumed', async () => {
    const { page } = await openSettings(relay);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('The relay is paused since').waitFor();
    expect((await state(relay, bearer(token))).paused).toBe(true);
    await row(page, 'Handing out').getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await state(relay, bearer(token))).paused).toBe(false);
  });

  test('other browsers are listed and signed out', async () => {
    const other = await openSettings(relay, { expected: /401|ERR_INCOMPLETE/ });
    const { page } = await openSettings(relay);
    await page.getByRole('list', { name: 'Browsers that are signed in' }).getByText('this browser').waitFor();
    const others = page.getByRole('button', { name: /^Sign out Chrome/ });
    for (let left = await others.count(); left > 0; left--) {
      await others.first().click();
      await expect.poll(() => others.count()).toBe(left - 1);
    }
    await other.page.getByText('You are no longer signed in.').waitFor();
    await enter(page, 'Streams at once', '42');
    await row(page, 'Streams at once').getByText('Applied').waitFor();
  });

  test('a backup and an export are downloaded', async () => {
    const { page } = await openSettings(relay);
    for (const [name, beginning] of [
      ['Download a backup', 'SQLite format 3'],
      ['Download as JSON', '{"kind":"header"'],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name }).click(),
      ]);
      expect(readFileSync(await download.path(), 'latin1').startsWith(beginning)).toBe(true);
    }
  });

  test.each([
    [1280, 820],
    [760, 900],
    [390, 844],
  ])('nothing is at fault and nothing scrolls sideways at %i pixels', async (width, height) => {
    const { page } = await openSettings(relay, {
      settings: { reducedMotion: 'reduce', viewport: { width, height }, hasTouch: width < 560 },
    });
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.getByRole('button', { name: 'Rotate…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faults(page)).toEqual([]);
  });
});
