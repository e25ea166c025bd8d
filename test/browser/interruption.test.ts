import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openEvents } from '../support/event-reader.ts';
import { bearer, post, send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendMany } from './messages.ts';

/** What the browser says when the relay is away. */
const expected =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

const again = (relay: Relay) => startRelay({ home: relay.home, args: ['--port', String(relay.port)] });

/** What browsers tell a page when they have a network again. It then tries at once, if it has not by itself. */
const networkReturns = (page: Page) => page.evaluate(() => dispatchEvent(new Event('online')));

describe('when the relay goes away', () => {
  test('what was missed is there on its return, once, and counts as unread', async () => {
    const relay = await startRelay();
    await sendMany(relay, { channel: 'off:watched', count: 3 });
    await send(relay, { channel: 'off:other', content: 'old' });
    const { page, feed, message, openChannel, channelRow } = await openDashboard(relay, { expected });
    await openChannel('off:watched');
    await message('message 3').waitFor();
    await send(relay, { channel: 'off:watched', content: 'live before' });
    await message('live before').waitFor();

    await relay.stop();
    await page.getByText('No answer from the relay since').waitFor();
    await expect.poll(() => message('live before').isVisible()).toBe(true);
    await page.getByText('Reconnecting').waitFor();

    // Another process writes to the same file before the page is back.
    const back = await again(relay);
    await sendMany(back, { channel: 'off:watched', count: 5, words: 'missed' });
    await sendMany(back, { channel: 'off:other', count: 2, words: 'elsewhere' });
    await networkReturns(page);
    await message('missed 5').waitFor();
    await channelRow('other 2 unread').waitFor();
    await send(back, { channel: 'off:watched', content: 'live after' });
    await message('live after').waitFor();

    const shown = await feed.getByRole('article').allInnerTexts();
    const words = shown.flatMap((text) => text.match(/(message|missed|live) \w+$/m)?.[0] ?? []);
    expect(words).toEqual([
      'message 1',
      'message 2',
      'message 3',
      'live before',
      ...[1, 2, 3, 4, 5].map((number) => `missed ${number}`),
      'live after',
    ]);
  });

  test('a gap leaves no hole, whatever comes together with the news of it', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'off:gap', content: 'old' });
    const { page, feed, message, openChannel } = await openDashboard(relay, { expected });
    await openChannel('off:gap');
    await message('old').waitFor();
    await send(relay, { channel: 'off:gap', content: 'before' });
    await message('before').waitFor();
    // The relay's own words, in one piece.
    const words = Promise.withResolvers<string>();
    await page.route(
      /\/events\?/,
      async (route) => route.fulfill({ contentType: 'text/event-stream', body: await words.promise }),
      { times: 1 },
    );

    await relay.stop();
    await page.getByText('No answer from the relay since').waitFor();
    const back = await again(relay);
    const missed = await send(back, { channel: 'off:gap', content: 'missed' });
    await send(back, { channel: 'off:gap', content: 'after it' });
    using stream = await openEvents(back, `/events?channel=off:gap&since_id=${missed.id}`);
    const next = await stream.next();
    expect(next).toMatchObject({ event: 'message', data: { content: 'after it' } });
    words.resolve(`event: cursor_stale\r\ndata: {}\r\n\r\n${next?.raw}`);
    await networkReturns(page);
    await message('after it').waitFor();
    await message('missed').waitFor();
    const shown = await feed.getByRole('article').allInnerTexts();
    expect(shown.map((text) => /old|before|missed|after it/.exec(text)?.[0])).toEqual([
      'old',
      'before',
      'missed',
      'after it',
    ]);
  });

  test('what is written waits, and goes out once when it is back', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'off:write', content: 'hello' });
    const { page, feed, message, openChannel } = await openDashboard(relay, { expected });
    await openChannel('off:write');
    await message('hello').waitFor();
    await relay.stop();
    await page.getByPlaceholder('Message off:write').fill('into the void');
    await page.keyboard.press('Control+Enter');
    await feed.getByText('It goes out when the relay is back, and is stored once even if').waitFor();
    await page.reload().catch(() => undefined);

    const back = await again(relay);
    await page.goto(`${back.url}/#/channels/off%3Awrite`);
    await message('into the void').and(page.getByLabel('desk, message')).waitFor();
    const answer = await fetch(`${back.url}/api/messages?channel=off:write`);
    const { messages } = (await answer.json()) as { messages: { preview: string }[] };
    expect(messages.map(({ preview }) => preview)).toEqual(['hello', 'into the void']);
    expect(await feed.getByText('into the void').count()).toBe(1);
  });

  test('a page that finds nobody says how to start the relay, and begins by itself', async () => {
    const relay = await startRelay();
    const { page } = await openDashboard(relay, { expected: /./ });
    await page.getByText('Nothing has been said yet').waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.route('**/events**', (route) => route.abort());
    await page.reload();
    await page.getByText('Is the relay still running?').waitFor();
    await page.unroute('**/api/**');
    await page.unroute('**/events**');
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('Nothing has been said yet').waitFor();
  });

  test('without a stream to be had it asks from time to time', async () => {
    const relay = await startRelay({ args: ['--max-sse', '1'] });
    await send(relay, { channel: 'off:poll', content: 'first' });
    // The only stream there is. Read from, so that it is not given back as garbage.
    const taken = new AbortController();
    const stream = await fetch(`${relay.url}/events?all=1`, { signal: taken.signal });
    const given = stream.body?.pipeTo(new WritableStream()).catch(() => undefined);
    const { page, message, openChannel } = await openDashboard(relay, { expected: /503/ });
    await page.getByText('The relay has no live stream left for this page').first().waitFor();
    await openChannel('off:poll');
    await message('first').waitFor();
    await send(relay, { channel: 'off:poll', content: 'second' });
    await message('second').waitFor();
    // As long as it is taken the page can but ask, at once if somebody wants it to.
    const asked = page.waitForResponse((response) => response.url().includes('/events?'));
    await page.getByRole('button', { name: 'Try now' }).click();
    expect((await asked).status()).toBe(503);
    taken.abort();
    await given;
    await expect
      .poll(async () => {
        await networkReturns(page);
        return page.getByText('Connected again.').first().isVisible();
      })
      .toBe(true);
  });

  test('while it is paused the page says so, and shows everything that was held once it is resumed', async () => {
    const relay = await startRelay();
    await send(relay, { channel: 'off:paused', content: 'before' });
    const { page, message, openChannel } = await openDashboard(relay);
    await openChannel('off:paused');
    await message('before').waitFor();
    await post(relay, '/api/relay/pause', {}, bearer(relay.localToken));
    await page.getByText('The relay is paused since').waitFor();
    await send(relay, { channel: 'off:paused', content: 'held back' });
    // This page has no right to resume it, and a channel that was not read yet cannot be.
    expect(await page.getByRole('button', { name: 'Resume' }).count()).toBe(0);
    await openChannel('off:unread');
    await page.getByText('the relay is paused and hands no messages out').waitFor();
    await openChannel('off:paused');
    expect(await message('held back').count()).toBe(0);
    await post(relay, '/api/relay/resume', {}, bearer(relay.localToken));
    await message('held back').waitFor();
    await page.getByText('The relay is paused').first().waitFor({ state: 'detached' });
  });
});
