import { beforeAll, describe, expect, test } from 'vitest';
import { send } from '../support/http-client.ts';
import { startRelay, type Relay } from '../support/program.ts';
import { openDashboard } from './dashboard.ts';
import { sendEnvelope } from './messages.ts';

const channel = 'look:narrow';

let relay: Relay;
beforeAll(async () => {
  relay = await startRelay();
  await send(relay, { channel, content: `${'x'.repeat(400)} https://docs.example/${'y'.repeat(400)}` });
  await sendEnvelope(relay, {
    channel,
    sender: 'a-sender-with-a-name-that-is-longer-than-a-telephone-is-wide-by-far',
    type: 'task',
    content: { goal: 'Fit', path: `/${'long'.repeat(80)}`, args: ['-k', 'z'.repeat(200)] },
  });
  await fetch(`${relay.url}/api/messages?channel=${channel}&consumer_id=orion`);
});

const views = [
  'channels',
  `channels/${encodeURIComponent(channel)}`,
  'agents',
  'search?q=fit',
  'audit',
  'settings',
  'connect',
];

describe('the page', () => {
  // 1280 pixels at 400 % are 320, at 200 % they are 640 (WCAG 1.4.4 and 1.4.10).
  test.each([320, 640])('at %i pixels shows every view without scrolling sideways', async (width) => {
    const { page } = await openDashboard(relay, {
      settings: { viewport: { width, height: 480 }, reducedMotion: 'reduce' },
    });
    for (const view of views) {
      await page.goto(`${relay.url}/#/${view}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      const wide = await page.evaluate(() => {
        const { clientWidth } = document.documentElement;
        const inBox = (element: Element): boolean => {
          const box = element.closest('.unseen, table, pre, [role=listbox]');
          return box !== null;
        };
        return Array.from(document.body.querySelectorAll('*'))
          .filter((element) => !inBox(element) && element.checkVisibility({ visibilityProperty: true }))
          .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
          .filter((element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX))
          .map(
            (element) => `${element.tagName}.${element.className} ${element.scrollWidth} > ${clientWidth}`,
          );
      });
      expect({ view, wide }).toEqual({ view, wide: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });

  test('moves nothing for who wants no motion', async () => {
    const { page, message, openChannel } = await openDashboard(relay, {
      settings: { reducedMotion: 'reduce' },
    });
    await openChannel(channel);
    await message('Fit').waitFor();
    await send(relay, { channel, content: 'arrives' });
    await message('arrives').waitFor();
    const moving = await page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
        .map((animation) => (animation as CSSAnimation).animationName),
    );
    expect(moving).toEqual([]);
  });

  test('keeps its shapes in forced colours: what is chosen, what is pressed and where the focus is', async () => {
    const { page, message, openChannel } = await openDashboard(relay, {
      settings: { forcedColors: 'active', reducedMotion: 'reduce' },
    });
    await openChannel(channel);
    await message('Fit').click();
    const styles = await page.evaluate(() => {
      const style = (selector: string) => {
        const element = document.querySelector(selector);
        return element ? getComputedStyle(element) : undefined;
      };
      return {
        chosenKind: style('.chosen')?.outlineStyle,
        button: style('.button.primary')?.borderTopStyle,
        selected: style('article[aria-current]')?.outlineStyle,
        current: style('a[aria-current]')?.outlineStyle,
      };
    });
    expect(styles).toEqual({ chosenKind: 'solid', button: 'solid', selected: 'solid', current: 'solid' });
  });

  test('goes to paper whole: the messages that are loaded, dark on white, without what is for the screen', async () => {
    const long = 'look:paper';
    for (let number = 1; number <= 40; number++)
      await send(relay, { channel: long, content: `sheet ${number}` });
    const { page, message, openChannel } = await openDashboard(relay, { settings: { colorScheme: 'dark' } });
    await openChannel(long);
    await message('sheet 40').waitFor();
    expect(await page.getByRole('article').count()).toBeLessThan(40);
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('article').count()).toBe(40);
    await expect.poll(() => page.getByRole('complementary', { name: 'Sidebar' }).isVisible()).toBe(false);
    await expect.poll(() => page.getByRole('form', { name: 'Send a message' }).isVisible()).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toMatch(
      /rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\)/,
    );
    expect(await page.getByRole('log').evaluate((element) => getComputedStyle(element).overflowY)).toBe(
      'visible',
    );
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await expect.poll(() => page.getByRole('article').count()).toBeLessThan(40);
    await message('sheet 40').waitFor();
  });
});
