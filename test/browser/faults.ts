import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** Everything axe finds wrong, in one line each: in the dark theme all it looks at, in the light one its colours. */
export async function faults(page: Page): Promise<string[]> {
  await setColours(page, 'dark');
  const dark = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  await setColours(page, 'light');
  const light = await new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']).analyze();
  return [...dark.violations, ...light.violations].flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
  );
}

/**
 * Runs in the page: until every transition has ended. As text, because tests of the window use this too, and they see no DOM.
 * One whose element goes away is cancelled, and rejects.
 */
const COLOURS_HAVE_CHANGED = `(async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const ending = document
    .getAnimations()
    .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((animation) => animation.finished));
})()`;

/** Changes the scheme and waits until the colours have: on the way from one to the other none of them is judged. */
async function setColours(page: Page, colorScheme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(COLOURS_HAVE_CHANGED);
}
