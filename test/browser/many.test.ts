import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope } from './messages.ts';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
});

/** Writes rows into the file as another process would; the relay notices and tells them live. */
function writeMessages(databasePath: string, channel: string, count: number): void {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  const insert = database.prepare(
    'INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)',
  );
  const begin = Date.now();
  database.exec('BEGIN IMMEDIATE');
  for (let number = 1; number <= count; number++) {
    const timestamp = new Date(begin + number).toISOString().replace('Z', '000Z');
    insert.run(`row-${number}`, channel, `agent-${number % 7}`, `number ${number}`, timestamp);
  }
  database.exec('COMMIT');
  database.close();
}

describe('ten thousand messages', () => {
  test('arrive live, and are scrolled through from end to end with few of them drawn', async () => {
    const channel = 'many:live';
    await send(relay, { channel, content: 'number 0' });
    const { page, feed, message, openChannel } = await openDashboard(relay);
    await openChannel(channel);
    await message('number 0').waitFor();
    writeMessages(relay.databasePath, channel, 9_999);
    await page.getByText('10,000 messages').waitFor();
    await expect.poll(() => feed.evaluate((element) => element.scrollHeight)).toBeGreaterThan(200_000);
    expect(await feed.getByRole('article').count()).toBeLessThan(60);

    // From the end to the beginning: at every stop something is drawn, each message once.
    const seen = new Set<string>();
    for (let stop = 20; stop >= 0; stop--) {
      await feed.evaluate((element, part) => (element.scrollTop = element.scrollHeight * part), stop / 20);
      await feed.getByRole('article').first().waitFor();
      const drawn = await feed
        .getByRole('article')
        .evaluateAll((articles) => articles.map((article) => article.dataset['key'] ?? ''));
      expect(new Set(drawn).size).toBe(drawn.length);
      for (const key of drawn) seen.add(key);
    }
    expect(seen.size).toBeGreaterThan(200);
    await message('number 0').first().waitFor();
  });
});

describe('hostile content', () => {
  const channel = 'many:hostile';

  test('is text, whatever it pretends to be', async () => {
    const contents = [
      '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">',
      '{"type":"<b>task</b>","content":{"<i>key</i>":"<svg onload=window.hacked=3>"}}',
      '`<script>window.hacked = 4</script>` https://evil.example/"><script>window.hacked=5</script>',
      'line\u2028separator\u2029and\u0085more \u202eesrever \u200b',
      'تم تشغيل الاختبارات في services/payments ونجحت كلها.',
      '偶数丸め 🎉 👩‍💻 🏳️‍🌈 Z̷̢͖̓a̴͇̎l̵̰̈́g̸̱͂o̶͚͐',
      '\u202e'.repeat(200),
      ' '.repeat(3_000),
    ];
    for (const content of contents) await send(relay, { channel, sender: 'evil\u202egnp.exe', content });
    await sendEnvelope(relay, {
      channel,
      sender: '<b>bold</b>',
      type: 'text',
      recipient: '<u>you</u>',
      reply_to: '<img src=x>',
      content: 'addressed',
    });
    const { page, message, openChannel } = await openDashboard(relay, {
      expected: /404/,
      settings: { viewport: { width: 1280, height: 2_400 } },
    });
    await openChannel(channel);
    await message('addressed').waitFor();
    expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
    expect(
      await page.getByRole('log').locator('script, img, svg[onload], b:has-text("task"), u').count(),
    ).toBe(0);
    await message('<script>window.hacked = 1').waitFor();
    // What would reorder or hide in a name is shown by its code point.
    expect(await message('esrever').first().innerText()).toContain('line\u2028separator');
    await page.getByText('U+202E').first().waitFor();
    expect(await message('addressed').innerText()).toMatch(/<b>bold<\/b>[^]*to <u>you<\/u>/);
    // Arabic stands at its own side, and the page does not scroll sideways.
    expect(
      await message('تم تشغيل')
        .locator('.said')
        .evaluate((element) => getComputedStyle(element).direction),
    ).toBe('rtl');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
  });

  test('hides in the name of a channel nowhere, and can be cleared all the same', async () => {
    const spoofed = 'pay\u200bments:wor\u202eker';
    await send(relay, { channel: spoofed, content: 'not the real one' });
    const { page, message } = await openDashboard(relay, {
      path: `#/channels/${encodeURIComponent(spoofed)}`,
    });
    await message('not the real one').waitFor();
    // Before it stands how many messages of other channels have not been seen.
    expect(await page.title()).toMatch(/^(?:\(\d+\) )?pay<U\+200B>ments:wor<U\+202E>ker – Claude Bridge$/);
    await page.getByPlaceholder('Message pay<U+200B>ments:wor<U+202E>ker').waitFor();
    await page.getByRole('log', { name: 'Messages in pay<U+200B>ments:wor<U+202E>ker' }).waitFor();
    await page.getByRole('button', { name: 'Channel menu' }).click();
    await page.getByRole('menuitem', { name: 'Clear the channel…' }).click();
    await page.getByRole('dialog', { name: 'Clear pay<U+200B>ments' }).waitFor();
    await page.keyboard.type('payments:worker');
    await page.keyboard.press('Enter');
    await message('not the real one').waitFor({ state: 'detached' });
  });

  test('of 128 KB opens and folds, as JSON and as one word', async () => {
    const big = {
      type: 'result',
      rows: Array.from({ length: 2_600 }, (_, index) => ({ index, name: `row ${index} of many` })),
    };
    const json = JSON.stringify(big);
    expect(json.length).toBeGreaterThan(100_000);
    await send(relay, {
      channel: 'many:big',
      content: json.slice(0, -1) + ' '.repeat(Math.max(0, 131_072 - json.length)) + '}',
    });
    await send(relay, { channel: 'many:big', content: 'x'.repeat(131_072) });
    const { page, message, openChannel } = await openDashboard(relay);
    await openChannel('many:big');
    await message('Rows').getByText('2600 items').waitFor();
    await message('Rows').click();
    const tree = page.getByRole('tree');
    await tree.getByRole('button', { name: 'Show 50 more of 2550' }).waitFor();
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(60);
    await page.getByText('131072 bytes').or(page.getByText('131,072 bytes')).waitFor();

    await message('xxxx').getByRole('button', { name: 'Show all 131,000 characters' }).click();
    await expect
      .poll(() =>
        message('xxxx')
          .locator('.said')
          .evaluate((element) => element.textContent.length),
      )
      .toBe(131_072);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
  });

  test('written into the file by other hands is shown as far as it can be', async () => {
    const own = await startRelay();
    await send(own, { channel: 'odd:rows', content: 'first' });
    const database = new DatabaseSync(own.databasePath, { timeout: 5_000 });
    database
      .prepare('INSERT INTO messages (id, channel, sender, content, timestamp) VALUES (?, ?, ?, ?, ?)')
      .run('an/odd id', 'odd:rows', ' blank ', 'by other hands', 'no time at all');
    database.close();
    const { page, message, openChannel } = await openDashboard(own);
    await openChannel('odd:rows');
    await message('by other hands').getByText('no time at all').waitFor();
    await message('by other hands').click();
    await page.getByRole('complementary').getByText('an/odd id').first().waitFor();
  });
});

describe('two tabs', () => {
  test('show the same, and what one has seen is not unread in the other', async () => {
    const relay = await startRelay();
    for (const channel of ['tabs:a', 'tabs:b']) await send(relay, { channel, content: 'hello' });
    const first = await openDashboard(relay);
    await first.openChannel('tabs:a');
    await first.message('hello').waitFor();
    const second = await openDashboard(relay, { context: first.context });
    await second.openChannel('tabs:b');
    await second.message('hello').waitFor();

    await send(relay, { channel: 'tabs:b', content: 'for both' });
    await second.message('for both').waitFor();
    await first.channelRow('b').first().waitFor();
    await expect.poll(() => first.page.title()).toBe('tabs:a – Claude Bridge');

    await second.page.getByPlaceholder('Message tabs:b').fill('from the second');
    await second.page.keyboard.press('Control+Enter');
    await first.openChannel('tabs:b');
    await first.message('from the second').waitFor();
  });

  test('share how the page is to be, and neither takes back what was chosen in the other', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'tabs:a', content: 'hello' });
    const first = await openDashboard(relay, { path: '#/settings' });
    const letters = first.page.getByRole('switch', { name: 'Single letters' });
    await expect.poll(() => letters.getAttribute('aria-checked')).toBe('true');
    const second = await openDashboard(relay, { context: first.context, path: '#/settings' });
    await second.page.getByRole('switch', { name: 'Single letters' }).click();
    await expect.poll(() => letters.getAttribute('aria-checked')).toBe('false');

    // Opening a channel is remembered too.
    await first.openChannel('tabs:a');
    await first.message('hello').waitFor();
    await first.page.reload();
    await first.page.goto(`${relay.url}/#/settings`);
    await expect.poll(() => letters.getAttribute('aria-checked')).toBe('false');
  });
});
