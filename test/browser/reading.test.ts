import { beforeAll, describe, expect, test } from 'vitest';
import { connectHttp } from '../mcp/sdk-client.ts';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope, sendMany } from './messages.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

const agent = (name: string) => connectHttp(new URL('/mcp', relay.url), {}, name);

describe('a channel that somebody watches', () => {
  test('shows what an agent sends through MCP, as it is sent', async () => {
    const atlas = await agent('atlas');
    await atlas.call('bridge_send', { channel: 'live:one', sender: 'atlas', content: 'First words' });
    const { message, openChannel, page } = await openDashboard(relay);
    await openChannel('live:one');
    await message('First words').waitFor();

    await atlas.call('bridge_send', { channel: 'live:one', sender: 'atlas', content: 'Second words' });
    await message('Second words').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
  });

  test('counts what was not on the screen, until it was', async () => {
    await send(relay, { channel: 'live:two', content: 'old' });
    await send(relay, { channel: 'live:three', content: 'old' });
    const { channelRow, openChannel, page, message } = await openDashboard(relay);
    await openChannel('live:two');
    await message('old').waitFor();
    for (const content of ['news', 'more news']) await send(relay, { channel: 'live:three', content });
    await channelRow('three 2 unread').waitFor();
    expect(await page.title()).toBe('(2) live:two – Claude Bridge');

    await channelRow('three').click();
    await message('more news').waitFor();
    await page.getByRole('separator').filter({ hasText: '2 new since' }).waitFor();
    await page.getByRole('region', { name: 'Channels' }).getByText('unread').waitFor({ state: 'detached' });
    expect(await page.title()).toBe('live:three – Claude Bridge');
  });

  test('still counts after the page was opened again', async () => {
    await send(relay, { channel: 'live:away', content: 'seen' });
    const first = await openDashboard(relay);
    await first.openChannel('live:away');
    await first.message('seen').waitFor();
    await expect
      .poll(() => first.page.evaluate(() => localStorage.getItem('claude-bridge.seen')))
      .toContain('live:away');
    await first.page.close();

    await sendMany(relay, { channel: 'live:away', count: 3, words: 'missed' });
    const { channelRow, page, openChannel, message } = await openDashboard(relay, {
      context: first.context,
      path: '#/settings',
    });
    await channelRow('away 3 unread').waitFor();
    await openChannel('live:away');
    await message('missed 3').waitFor();
    await page.getByRole('separator').filter({ hasText: '3 new since' }).waitFor();
  });

  test('stays where the reader is while messages arrive below, and says how many', async () => {
    await sendMany(relay, { channel: 'live:long', count: 40 });
    const { feed, message, openChannel, page } = await openDashboard(relay);
    await openChannel('live:long');
    await message('message 40').waitFor();
    await feed.evaluate((element) => (element.scrollTop = 300));
    const scrollTop = () => feed.evaluate((element) => element.scrollTop);
    await page.getByRole('button', { name: /newer messages?$/ }).waitFor();
    const before = await scrollTop();

    await sendMany(relay, { channel: 'live:long', count: 2, words: 'later' });
    await expect
      .poll(() => page.getByRole('button', { name: /newer messages$/ }).innerText())
      .toMatch(/^\d+ newer/);
    expect(await scrollTop()).toBe(before);
    await expect.poll(() => message('later 2').isVisible()).toBe(false);

    await page.getByRole('button', { name: /newer messages$/ }).click();
    await message('later 2').waitFor();
    // Now that the end is on the screen, it stays there.
    await send(relay, { channel: 'live:long', content: 'the very last' });
    await message('the very last').waitFor();
    await page.getByRole('button', { name: /newer messages?$/ }).waitFor({ state: 'detached' });
  });

  test('loads older messages without moving what is on the screen', async () => {
    await sendMany(relay, { channel: 'live:history', count: 180 });
    const { feed, message, openChannel, page } = await openDashboard(relay);
    await openChannel('live:history');
    await message('message 180').waitFor();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(/before_id/, async (route) => {
      await held;
      await route.continue();
    });
    await feed.evaluate((element) => (element.scrollTop = 500));
    const anchor = page
      .getByRole('article')
      .filter({ hasText: /message 14\d/ })
      .first();
    const words = (await anchor.innerText()).match(/message \d+/)?.[0] ?? '';
    const place = async () => Math.round((await message(words).boundingBox())?.y ?? Number.NaN);
    const before = await place();
    release();
    await page.getByRole('button', { name: 'Fetching older messages' }).waitFor({ state: 'detached' });
    await expect.poll(() => feed.evaluate((element) => element.scrollTop)).toBeGreaterThan(2_000);
    expect(await place()).toBe(before);
    await feed.focus();
    // Home goes to the oldest message that is there, and the next page that it fetches keeps it where it is.
    const oldest = page.getByRole('article').getByText('message 1', { exact: true });
    await expect
      .poll(async () => {
        await page.keyboard.press('Home');
        return oldest.isVisible();
      })
      .toBe(true);
    await page.getByText('This is the beginning of live:history').waitFor();
  });
});

describe('what agents say', () => {
  test('is shown in words and fields, whatever its type', async () => {
    const channel = 'types:all';
    const task = await sendEnvelope(relay, {
      channel,
      type: 'task',
      recipient: 'orion',
      correlation_id: 'job-1',
      content: {
        goal: 'Run the tests',
        args: ['-k', 'rounding'],
        done_when: 'all have run',
        nested: { a: 1, b: 2 },
      },
    });
    for (const done of [12, 30]) {
      await sendEnvelope(relay, {
        channel,
        sender: 'orion',
        type: 'progress',
        correlation_id: 'job-1',
        content: { text: `${done} of 40`, done, total: 40 },
      });
    }
    await sendEnvelope(relay, {
      channel,
      sender: 'orion',
      type: 'result',
      reply_to: task.id,
      correlation_id: 'job-1',
      content: { summary: 'All passed', passed: 40 },
      artifacts: [{ uri: 'git:commit:abc123' }],
    });
    await sendEnvelope(relay, {
      channel,
      type: 'error',
      content: { error: 'No space left', path: '/var/tmp' },
    });
    await sendEnvelope(relay, { channel, type: 'question', content: 'Which way to round?' });
    await sendEnvelope(relay, { channel, type: 'deploy.note', content: { region: 'north' } });
    await send(relay, { channel, content: '{"any":"json","count":3}' });
    await send(relay, {
      channel,
      content: 'See https://docs.example/a?b=1. And javascript:alert(1), `code here`',
    });

    const { message, openChannel, page } = await openDashboard(relay, {
      settings: { viewport: { width: 1280, height: 2_000 } },
    });
    await openChannel(channel);
    await message('Which way to round?').getByText('Question').waitFor();
    const first = message('Run the tests').first();
    expect(await first.innerText()).toMatch(
      /Task[^]*to orion[^]*Arguments\s+-k rounding[^]*Done when\s+all have run[^]*Nested\s+2 fields/,
    );

    expect(await message('30 of 40').getByRole('progressbar').getAttribute('value')).toBe('0.75');
    expect(await page.getByText('12 of 40').count()).toBe(0);
    await message('30 of 40').getByRole('button', { name: '1 earlier update' }).click();
    await message('30 of 40').getByText('12 of 40').waitFor();

    expect(await message('All passed').innerText()).toMatch(/Result[^]*Passed\s+40[^]*git:commit:abc123/);
    expect(await message('No space left').innerText()).toMatch(/Error[^]*Path\s+\/var\/tmp/);
    await message('north').getByText('deploy.note').waitFor();
    expect(await message('Any').innerText()).toMatch(/Any\s+json\s+Count\s+3/);
    const links = message('See').getByRole('link');
    expect(await links.count()).toBe(1);
    expect(await links.getAttribute('href')).toBe('https://docs.example/a?b=1');
    expect(await message('See').locator('code').innerText()).toBe('code here');
  });

  test('folds when it is long, and as a thread', async () => {
    const channel = 'types:threads';
    await send(relay, {
      channel,
      content: Array.from({ length: 60 }, (_, line) => `line ${line + 1}`).join('\n'),
    });
    const root = await sendEnvelope(relay, { channel, type: 'task', content: 'Dig a hole' });
    for (const content of ['Digging', 'Still digging', 'Dug']) {
      await sendEnvelope(relay, { channel, sender: 'orion', type: 'text', reply_to: root.id, content });
    }
    const { message, openChannel, page } = await openDashboard(relay);
    await openChannel(channel);
    await message('line 12').getByRole('button', { name: 'Show 48 more lines' }).click();
    await message('line 60').waitFor();

    await message('Dig a hole').first().getByRole('button', { name: 'thread' }).click();
    await message('Dug').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '3 folded' }).click();
    await message('Dug').waitFor();
  });

  test('leads to what it answers, however far back that is', async () => {
    const channel = 'types:replies';
    const { id } = await sendEnvelope(relay, { channel, type: 'question', content: 'Is anybody out there?' });
    await sendMany(relay, { channel, count: 120 });
    await sendEnvelope(relay, { channel, sender: 'orion', type: 'answer', reply_to: id, content: 'Yes.' });
    await sendEnvelope(relay, {
      channel,
      sender: 'orion',
      type: 'answer',
      reply_to: 'no-such-id',
      content: 'Lost.',
    });
    // The browser itself complains about the one that is gone.
    const { message, openChannel, feed, page } = await openDashboard(relay, { expected: /404/ });
    await openChannel(channel);
    await message('Lost.').getByText('to a message that is gone').waitFor();
    await message('Yes.').getByRole('button', { name: 'Is anybody out there?' }).click();
    const question = feed.getByRole('article', { name: 'alice, question' });
    await question.waitFor();
    await expect.poll(() => question.evaluate((element) => element === document.activeElement)).toBe(true);
    // What was not loaded in between is, on the way back to the end.
    await page.getByRole('button', { name: /newer messages$/ }).waitFor();
    await page.keyboard.press('End');
    await message('Lost.').waitFor();
  });
});

describe('the list of channels', () => {
  test('has the liveliest first, folds groups, and finds by part of a name', async () => {
    for (const channel of ['zeta:a', 'zeta:b', 'omega:c']) await send(relay, { channel });
    const { page, channelRow } = await openDashboard(relay, { path: '#/settings' });
    const list = page.getByRole('region', { name: 'Channels' });
    const names = () => list.getByRole('link').allInnerTexts();
    await channelRow('c').first().waitFor();
    expect((await names()).slice(0, 3)).toEqual(['c', 'b', 'a']);
    await send(relay, { channel: 'zeta:a', content: 'again' });
    await expect.poll(async () => (await names()).slice(0, 2).join()).toMatch(/^a\s+1\s+unread,b$/);

    await list.getByRole('button', { name: 'zeta' }).click();
    await channelRow('b').waitFor({ state: 'detached' });
    await list.getByRole('button', { name: 'zeta 1 unread' }).waitFor();
    await page.reload();
    await list.getByRole('button', { name: 'zeta', expanded: false }).click();

    await page.keyboard.press('/');
    await page.keyboard.type('ETA b');
    await expect.poll(names).toEqual(['b']);
    await page.keyboard.press('Escape');
    await channelRow('c').first().waitFor();
  });
});
