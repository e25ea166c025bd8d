import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PairingsResponse } from '../../src-shared/api/pairings.ts';
import { hasOpenssl, makeCertificate } from '../support/certificates.ts';
import { connectHttp } from '../mcp/sdk-client.ts';
import { get, post, send } from '../support/http-client.ts';
import { runProgram, scratchDirectory, startRelay, type Relay } from '../support/program.ts';
import { openDashboard, type OpenOptions } from './dashboard.ts';
import { faults } from './faults.ts';

const token = 'a-token-for-this-test-only';
const asOwner = { Authorization: `Bearer ${token}` };
const start = (env: Record<string, string> = {}) =>
  startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token, ...env } });

let relay: Relay;
beforeAll(async () => {
  relay = await start();
});

/** The page as its owner sees it, who may read what was copied. */
async function openOwned({
  on = relay,
  view = 'connect',
  ...options
}: OpenOptions & { on?: Relay; view?: string } = {}): Promise<Page> {
  const { page } = await openDashboard(on, {
    expected: /401/,
    ...options,
    settings: {
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options.settings,
    },
  });
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Relay' }).waitFor();
  await page.goto(`${on.url}/#/${view}`);
  return page;
}

const result = (page: Page) => page.getByRole('region', { name: /^Run this/ });
const arrivals = (page: Page) => page.getByRole('log', { name: 'What has arrived' });

async function copied(page: Page, what: RegExp): Promise<string> {
  await page.getByRole('button', { name: what }).click();
  await page.getByText('Copied', { exact: true }).first().waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Names the machine and makes its token. */
async function makeToken(page: Page, name: string): Promise<void> {
  await page.getByLabel('Machine name').fill(name);
  await page.getByRole('button', { name: `Make a token for ${name}` }).click();
  await arrivals(page).getByText(`Token ${name} made`).waitFor();
}

async function makeCode(page: Page, name: string): Promise<string> {
  await page.getByText('Pairing code', { exact: true }).click();
  await page.getByLabel('Machine name').fill(name);
  await page.getByRole('button', { name: 'Make a code' }).click();
  await page.getByRole('timer').waitFor();
  const text = await copied(page, /Copy the command: On/);
  return text.split(' ').at(-1) ?? '';
}

describe('a command', () => {
  test('is complete from the first moment, and every choice rewrites it', async () => {
    const page = await openOwned();
    const code = result(page).locator('code');
    await expect
      .poll(() => code.allTextContents())
      .toContain(
        `claude mcp add --scope user --transport http claude-bridge ${relay.url}/mcp --header "Authorization: Bearer $CLAUDE_BRIDGE_TOKEN"`,
      );
    await page.getByText('PowerShell').click();
    await expect
      .poll(async () => (await code.allTextContents()).at(1))
      .toContain('"Authorization: Bearer $env:');
    for (const [client, said] of [
      ['Codex', 'codex mcp add claude-bridge --url'],
      ['Gemini CLI', 'gemini mcp add -s user'],
      ['Cursor', '"Authorization": "Bearer ${env:CLAUDE_BRIDGE_TOKEN}"'],
      ['.mcp.json', '"Authorization": "Bearer ${CLAUDE_BRIDGE_TOKEN}"'],
      ['curl', '/api/send'],
    ] as const) {
      await page.getByLabel('Client').getByText(client, { exact: true }).click();
      await expect.poll(async () => (await code.allTextContents()).join('\n')).toContain(said);
    }
    await page.getByText('more address').click();
    const other = page.getByRole('radio', { name: /Not listening/ }).first();
    await other.check();
    await page.getByText('The relay does not listen on').waitFor();
    await expect
      .poll(async () => (await code.allTextContents()).join('\n'))
      .not.toContain(new URL(relay.url).host);
  });

  test('holds the token only in what is copied, and tells when the machine has come and a message went round', async () => {
    const page = await openOwned();
    await makeToken(page, 'macbook');
    const text = await copied(page, /Copy the command: Claude Code/);
    const [, secret = ''] = /Bearer (cb_[\w-]+)'$/.exec(text) ?? [];
    expect(secret).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}$/);
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Show the token' }).click();
    await result(page).getByText(secret).waitFor();
    await arrivals(page).getByText('Waiting for the first connection from macbook').waitFor();

    const agent = await connectHttp(
      new URL('/mcp', relay.url),
      { Authorization: `Bearer ${secret}` },
      'claude-code',
    );
    await arrivals(page).getByText('macbook connected').waitFor();
    await page.getByText('Tell its agent').waitFor();
    await agent.call('bridge_send', { channel: 'general:sync', sender: 'mac-worker', content: 'Hello' });
    await arrivals(page).getByText('Sent a message on general:sync').waitFor();
    await arrivals(page).getByText('Waiting until it reads a message').waitFor();
    const read = await agent.call('bridge_receive', { channel: 'general:sync', consumer_id: 'mac-worker' });
    expect(read.isError).not.toBe(true);
    await arrivals(page)
      .getByText(/Round trip \d+ ms: message sent and read on general:sync/)
      .waitFor();
    await arrivals(page)
      .getByText(/^claude-code/)
      .waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Open the channel' }).click();
    await page.getByRole('heading', { level: 1, name: 'general:sync' }).waitFor();
  });

  test('tells who reached the relay and was not let in', async () => {
    const page = await openOwned();
    await makeToken(page, 'vps');
    // As programs do that use the same library as browsers.
    const knock = (path: string, headers = {}) =>
      fetch(relay.url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: '{}',
      });
    await knock('/mcp', { Authorization: 'Bearer cb_wrong' });
    await arrivals(page).getByText('Refused: wrong token').waitFor();
    await knock('/mcp');
    await arrivals(page).getByText('Refused: came without a token').waitFor();
    await knock('/mpc');
    await arrivals(page).getByText('Reached the address, wrong path /mpc').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test.skipIf(!hasOpenssl)('says who comes by http where the relay speaks https', async () => {
    const { certPath, keyPath } = makeCertificate({ dir: scratchDirectory(), altNames: ['127.0.0.1'] });
    const on = await start({ CLAUDE_BRIDGE_TLS_CERT: certPath, CLAUDE_BRIDGE_TLS_KEY: keyPath });
    const page = await openOwned({ on, settings: { ignoreHTTPSErrors: true } });
    await makeToken(page, 'atlas');
    const knock = await post(on, '/mcp', {}, { 'User-Agent': 'example-agent/1.2' });
    expect(knock.status).toBe(400);
    await arrivals(page).getByText('Refused: came by http, and this relay speaks https').waitFor();
    await arrivals(page).getByText('Clients need the address that begins with https://.').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test('refuses a name that another machine has beside it', async () => {
    await post(relay, '/api/tokens', { label: 'atlas', rights: ['read'] }, asOwner);
    const page = await openOwned({ expected: /401|409/ });
    await page.getByLabel('Machine name').fill('Atlas');
    await page.getByRole('button', { name: 'Make a token for Atlas' }).click();
    await page
      .getByRole('alert')
      .getByText(/another machine|taken|already/i)
      .waitFor();
    await makeToken(page, 'atlas-2');
  });
});

describe('a pairing code', () => {
  test('is redeemed by the program of the other machine, which then is seen to arrive', async () => {
    const page = await openOwned();
    const code = await makeCode(page, 'buildbox');
    const joined = await runProgram(['join', relay.url, code, '--no-clients'], { home: scratchDirectory() });
    expect(joined).toMatchObject({ code: 0 });
    await arrivals(page).getByText('buildbox joined with the code').waitFor();
    await arrivals(page).getByText('buildbox connected').waitFor();
    await arrivals(page)
      .getByText(/^Round trip/)
      .waitFor();
    await page.getByText('The code has been used').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test('is said to have expired, and another one is made', async () => {
    const short = await start({ CLAUDE_BRIDGE_PAIRING_TTL_SECONDS: '30' });
    const page = await openOwned({ on: short });
    const first = await makeCode(page, 'buildbox');
    await page.getByText('Expired: nobody came with the code in time.').waitFor({ timeout: 45_000 });
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'New code' }).click();
    await page.getByRole('timer').waitFor();
    expect(await copied(page, /Copy the command: On/)).not.toContain(first);
  });

  test('ends after five wrong tries, which are told, and can be cancelled', async () => {
    const own = await start();
    const page = await openOwned({ on: own });
    const code = await makeCode(page, 'buildbox');
    const slip = `${code.slice(0, 5)}${code.endsWith('0000') ? '1111' : '0000'}`;
    await fetch(`${own.url}/api/pairings/redeem`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code: slip }),
    });
    await page.getByText('1 of 5 wrong tries').waitFor();
    await arrivals(page).getByText('Refused: wrong pairing code').waitFor();
    for (let tries = 2; tries <= 5; tries++) await post(own, '/api/pairings/redeem', { code: slip });
    await page.getByText('The code ended after five wrong tries.').waitFor();
    await page.getByRole('button', { name: 'New code' }).click();
    await page.getByRole('button', { name: 'Cancel the code' }).click();
    await page.getByRole('button', { name: 'Make a code' }).waitFor();
    const { pairings } = (await get(own, '/api/pairings', asOwner)).body as PairingsResponse;
    expect(pairings.map(({ state }) => state)).toEqual(['ended']);
  });
});

describe('without the right to administer', () => {
  test('on a relay without a token the command needs none, and whoever comes is seen', async () => {
    const open = await startRelay();
    const { page } = await openDashboard(open, { path: '#/connect' });
    await expect
      .poll(() => result(page).locator('code').first().textContent())
      .toBe(`claude mcp add --scope user --transport http claude-bridge ${open.url}/mcp`);
    await page.getByText('the relay cannot tell machines apart').waitFor();
    expect(await page.getByRole('button', { name: /Make a token/ }).count()).toBe(0);
    await arrivals(page).getByText('Waiting for the next new agent').waitFor();
    await send(open, { channel: 'demo:hello', sender: 'vega', content: 'Hello' });
    await arrivals(page).getByText('vega connected').waitFor();
    await arrivals(page).getByText('Sent a message on demo:hello').waitFor();
    expect(await faults(page)).toEqual([]);
  });

  test('on others the page says whom to ask', async () => {
    const { body } = await post(relay, '/api/tokens', { label: 'reader', rights: ['read', 'send'] }, asOwner);
    const { page } = await openDashboard(relay, { path: '#/connect', expected: /401/ });
    await page.getByLabel('Token').fill((body as { token: string }).token);
    await page.keyboard.press('Enter');
    await page.getByText('Ask whoever administers this relay').waitFor();
    expect(await page.getByText('Pairing code', { exact: true }).count()).toBe(0);
  });
});

describe('listening elsewhere', () => {
  test('starts where a machine is to come in, and the page stays', async () => {
    const own = await start();
    const page = await openOwned({ on: own });
    await page.getByText('more address').click();
    const other = page.getByRole('radio', { name: /Not listening/ }).first();
    await other.check();
    await page.getByRole('button', { name: 'Start listening there…' }).click();
    await page.getByRole('dialog').getByText('Clients have to bring a token').waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start listening', exact: true }).click();
    await page.getByText('Listening on all networks').waitFor();
    await page.getByText(/^The relay listens on/).waitFor();
    expect(await page.getByRole('radio', { checked: true, name: /Not listening/ }).count()).toBe(0);
  });

  test('says why it cannot, and what is still in force', async () => {
    const own = await startRelay({ args: ['--host', '127.0.0.1'], env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const page = await openOwned({ on: own, expected: /401|409/ });
    await page.getByText('more address').click();
    await page
      .getByRole('radio', { name: /Not listening/ })
      .first()
      .check();
    await page.getByRole('button', { name: 'Start listening there…' }).click();
    await page.getByRole('button', { name: 'Start listening', exact: true }).click();
    await page.getByRole('alert').getByText('The relay listens as before.').waitFor();
  });
});

describe('machine tokens', () => {
  test('are made, used, rotated and revoked', async () => {
    const page = await openOwned({ view: 'settings' });
    await page.getByRole('button', { name: 'New token…' }).click();
    await page.getByRole('dialog').getByLabel('Machine').fill('ledger-box');
    await page
      .getByRole('dialog')
      .getByRole('checkbox', { name: /^Clear/ })
      .check();
    await page.getByRole('dialog').getByLabel('On channels').fill('payments:*, ops');
    await page.getByRole('dialog').getByLabel('For').selectOption({ label: '30 days' });
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the token' }).click();
    const first = await copied(page, /Copy the token/);
    expect(first).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}$/);
    await page.getByRole('button', { name: 'Done' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'ledger-box' });
    await row.getByText('Read, write and clear').waitFor();
    await row.getByText('payments:*').waitFor();
    expect(await page.content()).not.toContain(first);
    const asMachine = (secret: string) => get(relay, '/api/whoami', { Authorization: `Bearer ${secret}` });
    expect((await asMachine(first)).status).toBe(200);
    await row.getByText('just now').waitFor();

    await page.getByRole('button', { name: 'Rotate ledger-box…' }).click();
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    const second = await copied(page, /Copy the token/);
    await page.getByText('The token before still works until').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await row.getByText('old one until').waitFor();
    expect((await asMachine(first)).status).toBe(200);
    expect((await asMachine(second)).status).toBe(200);
    expect(await faults(page)).toEqual([]);

    await page.getByRole('button', { name: 'Revoke ledger-box…' }).click();
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await row.waitFor({ state: 'detached' });
    expect((await asMachine(second)).status).toBe(401);
  });

  test('cannot be made wrongly: what is wrong stands at its field, in the words of the page', async () => {
    await post(relay, '/api/tokens', { label: 'orion', rights: ['read'] }, asOwner);
    const page = await openOwned({ view: 'settings', expected: /401|409/ });
    await page.getByRole('button', { name: 'New token…' }).click();
    const dialog = page.getByRole('dialog');
    const machine = dialog.getByLabel('Machine');
    /** What is said to be wrong with a field that has the focus. */
    const fault = (field: Locator) =>
      field.and(page.locator('[aria-invalid="true"]:focus')).evaluate((input) =>
        (
          input.getAttribute('aria-describedby') ??
          input.closest('fieldset')?.getAttribute('aria-describedby') ??
          ''
        )
          .split(' ')
          .map((id) => document.getElementById(id))
          .find((element) => element?.role === 'alert')
          ?.textContent.trim(),
      );

    await machine.press('Enter');
    expect(await fault(machine)).toBe('The name of the machine must not be empty.');
    expect(await faults(page)).toEqual([]);

    await machine.fill('orion');
    await machine.press('Enter');
    await dialog.getByText('There is a token for orion already.').waitFor();
    expect(await fault(machine)).toBe('There is a token for orion already.');

    await machine.fill('orion-2');
    for (const right of [/^Read/, /^Write/]) await dialog.getByRole('checkbox', { name: right }).uncheck();
    await machine.press('Enter');
    expect(await fault(dialog.getByRole('checkbox', { name: /^Read/ }))).toBe(
      'Tick at least one thing that it may do.',
    );
    expect(await faults(page)).toEqual([]);

    await dialog.getByRole('checkbox', { name: /^Read/ }).check();
    const channels = dialog.getByLabel('On channels');
    await channels.fill(`payments:*, ${'x'.repeat(300)}`);
    await channels.press('Enter');
    expect(await fault(channels)).toMatch(/^Each name or pattern must be at most \d+ characters\.$/);
    expect(await dialog.getByRole('alert').filter({ hasText: /./ }).count()).toBe(1);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });
});

describe('on narrow screens', () => {
  test.each([
    [390, 844],
    [760, 900],
  ])('at %i pixels nothing is at fault and nothing scrolls sideways', async (width, height) => {
    const page = await openOwned({ settings: { viewport: { width, height }, hasTouch: width < 560 } });
    await makeToken(page, `narrow-${width}`);
    expect(await faults(page)).toEqual([]);
    const whole = () => {
      const { scrollWidth, scrollHeight } = document.documentElement;
      return { width: scrollWidth, height: scrollHeight };
    };
    const drawn = await page.evaluate(whole);
    expect(drawn.width).toBe(width);
    // The line that is read out has a pixel below the page.
    expect(drawn.height).toBeLessThanOrEqual(height + 1);
    await page.goto(`${relay.url}/#/settings`);
    await page.getByText(`narrow-${width}`).waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});
