import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AuditResponse } from '../../src-shared/api/audit.ts';
import { bearer, call, get, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { stallingProxy } from '../support/stalling-proxy.ts';
import { openDashboard } from './dashboard.ts';
import { faults } from './faults.ts';

const token = 'a-token-of-the-owner-1234567890';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay({ env: { CLAUDE_BRIDGE_AUTH_TOKEN: token } });
  await send(relay, { channel: 'secret:plans', content: 'The plan' }, bearer(token));
});

/** What the browser itself complains about: a 401, which asks to sign in, and the stream of a session that has ended. */
const expected = /401|ERR_INCOMPLETE_CHUNKED_ENCODING/;

/** What the audit log of a relay holds, newest first. */
async function expectRows(audited: Relay, rows: readonly RegExp[]): Promise<void> {
  // Rows are written in the order of what they tell: behind this one there is nothing left to come.
  await get(audited, '/api/end');
  const read = async () => {
    const { body } = await get(audited, '/api/audit', bearer(token));
    return (body as AuditResponse).events.map(({ event, detail }) => `${event} ${detail}`);
  };
  await expect.poll(read).toContain('auth_failure /api/end');
  expect(await read()).toEqual(
    [/^auth_failure/, ...rows].map((row) => expect.stringMatching(row) as unknown),
  );
}

describe('a relay with a token', () => {
  test('asks for it once, keeps it nowhere, and stays signed in over a reload', async () => {
    const { page, message, context } = await openDashboard(relay, { expected });
    await page.getByRole('heading', { name: 'Sign in to Claude Bridge' }).waitFor();
    expect(await page.getByText('secret').count()).toBe(0);

    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The relay does not know this token.').waitFor();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();

    await page.reload();
    await message('The plan').waitFor();
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
    expect(kept).not.toContain(token);
    expect(kept).not.toContain('The plan');
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ name: 'claude_bridge_session', httpOnly: true, sameSite: 'Strict' }]);
    expect(cookies[0]?.value).not.toContain(token);
  });

  test('signs out in every tab, and takes away what was shown and remembered', async () => {
    const first = await openDashboard(relay, { expected });
    await first.page.getByLabel('Token').fill(token);
    await first.page.keyboard.press('Enter');
    await first.message('The plan').waitFor();
    const second = await openDashboard(relay, { expected, context: first.context });
    await second.message('The plan').waitFor();

    await first.page.goto(`${relay.url}/#/settings`);
    await first.page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await first.page.getByRole('heading', { name: 'Sign in to Claude Bridge' }).waitFor();
    await second.page.getByText('You have signed out in another tab.').waitFor();
    expect(await second.page.getByText('The plan').count()).toBe(0);
    expect(await first.page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret');

    // Signing in again in one lets the other in.
    await first.page.getByLabel('Token').fill(token);
    await first.page.keyboard.press('Enter');
    await second.message('The plan').waitFor();
  });

  test('asks again when an administrator has ended the session', async () => {
    const { page, message } = await openDashboard(relay, { expected });
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();
    await call(relay, 'DELETE', '/api/sessions', { headers: bearer(token) });
    await page.getByText('You are no longer signed in.').waitFor();
    expect(await page.getByText('The plan').count()).toBe(0);
  });

  test('writes nobody down who only opens the sign-in, or whose session has ended while the page was open', async () => {
    await using audited = await startRelay({
      args: ['--audit-log'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token },
    });
    const { page } = await openDashboard(audited, { expected });
    const signIn = page.getByRole('heading', { name: 'Sign in to Claude Bridge' });
    await signIn.waitFor();
    // What makes a page try at once that has lost its relay.
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has been said yet').waitFor();
    await call(audited, 'DELETE', '/api/sessions', { headers: bearer(token) });
    await page.getByText('You are no longer signed in.').waitFor();
    await page.reload();
    await signIn.waitFor();
    await expectRows(audited, [/^session_revoke /]);
  });

  test.each([
    ['by itself', (page: Page) => page.clock.fastForward(31_000)],
    ['when its reader wants something', (page: Page) => page.evaluate(() => (location.hash = '#/audit'))],
  ])('finds out %s, quietly, that a session has ended though the stream goes on', async (_, next) => {
    const audited = await startRelay({
      args: ['--audit-log'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token },
    });
    await send(audited, { channel: 'secret:plans', content: 'The plan' }, bearer(token));
    await using way = await stallingProxy(audited, { hidesEnd: true });
    const { page, message } = await openDashboard(way, { expected });
    await page.clock.install();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();
    await call(audited, 'DELETE', '/api/sessions', { headers: bearer(token) });
    await next(page);
    await page.getByText('You are no longer signed in.').waitFor();
    await expectRows(audited, [/^session_revoke /, /^channel_create /]);
  });

  test('is asked along with the program who may read, not after it', async () => {
    const { page, message } = await openDashboard(relay, { expected });
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (!pathname.startsWith('/assets/')) asked.push(`${request.resourceType()} ${pathname}`);
    });
    await page.reload();
    await message('The plan').waitFor();
    const beforeTheStream = asked.slice(0, asked.indexOf('fetch /events'));
    // By the head of the page, for which the browser has no word.
    expect(beforeTheStream).toEqual(['document /', 'other /api/session']);
  });

  test('says that a token may not read, asks nothing more, and lets its reader take another one', async () => {
    const audited = await startRelay({
      args: ['--audit-log'],
      env: { CLAUDE_BRIDGE_AUTH_TOKEN: token },
    });
    await send(audited, { channel: 'secret:plans', content: 'The plan' }, bearer(token));
    const answer = await call(audited, 'POST', '/api/tokens', {
      headers: bearer(token),
      body: { label: 'sending-only', rights: ['send'] },
    });
    const { token: sendOnly } = answer.body as { token: string };
    const { page, message } = await openDashboard(audited, { expected });
    await page.clock.install();
    await page.getByLabel('Token').fill(sendOnly);
    await page.keyboard.press('Enter');
    await page.getByText(/The relay has refused this page since/).waitFor();
    await page.getByText('has no right to read').waitFor();
    expect(await faults(page)).toEqual([]);
    for (let i = 0; i < 3; i++) {
      const asked = page.waitForResponse((response) => response.url().endsWith('/api/session'));
      await page.clock.fastForward(301_000);
      await asked;
    }
    await expectRows(audited, [/^token_create /, /^channel_create /]);
    await page.getByRole('button', { name: 'Sign in with another token' }).click();
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();
  });

  test('says what a token may not do', async () => {
    const answer = await call(relay, 'POST', '/api/tokens', {
      headers: bearer(token),
      body: { label: 'reading-only', rights: ['read'] },
    });
    const { token: readOnly } = answer.body as { token: string };
    const { page, message } = await openDashboard(relay, { expected });
    await page.getByLabel('Token').fill(readOnly);
    await page.keyboard.press('Enter');
    await message('The plan').waitFor();
    await page.getByText('You may read this channel, not write to it.').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Channel menu' }).click();
    expect(await page.getByRole('menuitem', { name: 'Clear the channel…' }).count()).toBe(0);
  });
});
