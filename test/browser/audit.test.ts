import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { connectHttp } from '../mcp/sdk-client.ts';
import { bearer, call, get, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard, type OpenOptions } from './dashboard.ts';
import { faults } from './faults.ts';

const token = 'a-token-for-this-test-only';

let relay: Relay;
let reading: string;
beforeAll(async () => {
  relay = await startRelay({ args: ['--audit-log'], env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
  const made = await post(relay, '/api/tokens', { label: 'macbook', rights: ['read'] }, bearer(token));
  reading = (made.body as { token: string }).token;
});

/** Opens the audit log as whoever has `given`. */
async function openAudit(target: Relay, given: string, options: OpenOptions = {}): Promise<Page> {
  const { page } = await openDashboard(target, { expected: /40[13]/, path: '#/audit', ...options });
  await page.getByLabel('Token').fill(given);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  return page;
}

const row = (page: Page, text: RegExp | string) => page.getByRole('row').filter({ hasText: text });
const words = async (page: Page, text: RegExp | string) =>
  (await row(page, text).first().innerText()).replaceAll(/\s+/g, ' ').trim();

describe('the audit log', () => {
  test('says who did what, when, from where, and what was refused, as it happens', async () => {
    const page = await openAudit(relay, token);
    await row(page, 'Made the token macbook').waitFor();
    const orion = await connectHttp(
      new URL('/mcp', relay.url),
      { Authorization: `Bearer ${token}` },
      'orion',
    );
    await orion.call('bridge_send', { channel: 'audit:live', sender: 'orion', content: 'secret plans' });
    await post(relay, '/api/clear', { channel: 'audit:live' }, bearer(token));
    await post(relay, '/api/clear', { channel: 'audit:live' }, bearer(reading));
    await get(relay, '/api/state', bearer('wrong'));
    await row(page, 'Asked without a token that counts').waitFor();
    expect(await words(page, 'Cleared')).toMatch(
      /^\d\d:\d\d:\d\d the shared token, this computer Cleared audit:live, 1 message Done$/,
    );
    expect(await words(page, 'Began audit:live')).toMatch(/Began audit:live, first message by orion Done$/);
    expect(await words(page, 'Asked without the right')).toMatch(
      /^\S+ macbook, this computer Asked without the right for \/api\/clear Refused$/,
    );
    expect(await words(page, 'a token that counts')).toMatch(
      /unknown, this computer .* \/api\/state Refused$/,
    );
    expect(await page.getByRole('main').innerText()).not.toContain('secret plans');
    expect(
      await page
        .getByRole('row')
        .filter({ hasText: /^Today/ })
        .count(),
    ).toBe(1);
  });

  test('goes by kind and by words, and comes as a table that no spreadsheet runs', async () => {
    await send(relay, { channel: '=HYPERLINK("x")', sender: 'eve, "the" second' }, bearer(token));
    const page = await openAudit(relay, token);
    await page.getByLabel('Kind').selectOption('Channels begun');
    await row(page, '=HYPERLINK').waitFor();
    await row(page, 'Made the token').waitFor({ state: 'detached' });
    await page.getByLabel('Machine, address or word').fill('nowhere');
    await page.getByText(/None of the .* fits “nowhere”/).waitFor();
    await page.getByLabel('Machine, address or word').fill('second this computer');
    await row(page, '=HYPERLINK').waitFor();

    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('claude-bridge-audit.csv');
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toBe('time,who,address,what,result,event,channel,detail');
    expect(lines.find((line) => line.includes('HYPERLINK'))).toMatch(
      /^\d{4}-\S+Z,the shared token,127\.0\.0\.1,"Began =HYPERLINK\(""x""\), first message by eve, ""the"" second",done,channel_create,"'=HYPERLINK\(""x""\)","first message by/,
    );
    expect(lines.every((line) => !line.includes('token_create'))).toBe(true);
  });

  test('shows fifty at first and older ones on request, each once, while new ones come', async () => {
    const long = await startRelay({ args: ['--audit-log'], env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    for (let number = 1; number <= 70; number++)
      await send(long, { channel: `many:${number}` }, bearer(token));
    const page = await openAudit(long, token);
    await page.getByLabel('Kind').selectOption('Channels begun');
    await row(page, /many:70,/).waitFor();
    const entries = page.getByRole('row').filter({ hasText: 'Began' });
    await expect.poll(() => entries.count()).toBe(50);
    await page.getByRole('button', { name: 'Show older entries' }).click();
    await page.getByText('That is all.').waitFor();
    await send(long, { channel: 'many:last' }, bearer(token));
    await row(page, 'many:last').waitFor();
    const names = (await entries.allInnerTexts()).map((text) => /many:\w+/.exec(text)?.[0]);
    expect(names).toEqual(['many:last', ...Array.from({ length: 70 }, (_, index) => `many:${70 - index}`)]);
  });

  test('tells who may read in part what concerns that part', async () => {
    const draft = { label: 'part', rights: ['read'], channels: { read: ['part:*'] } };
    const made = await post(relay, '/api/tokens', draft, bearer(token));
    await send(relay, { channel: 'part:one' }, bearer(token));
    const page = await openAudit(relay, (made.body as { token: string }).token);
    await row(page, 'part:one').waitFor();
    await page.getByText('You see what concerns the channels that you may read.').waitFor();
    expect(await row(page, 'Made the token').count()).toBe(0);
  });

  test('can be switched on where it is off, by who may, and says how to who may not', async () => {
    const off = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
    const made = await post(off, '/api/tokens', { label: 'reader', rights: ['read'] }, bearer(token));
    const page = await openAudit(off, (made.body as { token: string }).token);
    await page.getByText('claude-bridge --audit-log').waitFor();
    const owner = await openAudit(off, token);
    await owner.getByRole('button', { name: 'Switch it on' }).click();
    await row(owner, 'Changed auditLog').waitFor();
    await call(off, 'PATCH', '/api/settings', { body: { auditLog: false }, headers: bearer(token) });
    await owner.getByText('The audit log is switched off').waitFor();
  });

  test.each([1280, 390])(
    'has no fault that axe finds at %i pixels, and does not scroll sideways',
    async (width) => {
      const page = await openAudit(relay, token, {
        settings: { reducedMotion: 'reduce', viewport: { width, height: 800 }, hasTouch: width < 560 },
      });
      await row(page, 'Made the token macbook').waitFor();
      expect(await faults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    },
  );

  test('is reached from the settings where there is no room for it', async () => {
    const page = await openAudit(relay, token, { settings: { viewport: { width: 390, height: 844 } } });
    await page.getByRole('link', { name: 'Settings' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await row(page, 'Made the token macbook').waitFor();
  });
});
