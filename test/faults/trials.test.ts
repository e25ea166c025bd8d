import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { faultTable } from './page.ts';
import { powerCutWith } from './scenarios/power-cut.ts';
import { scenarios } from './scenarios/index.ts';
import { runScenario, type TrialOptions } from './trial.ts';

/** A short run of every fault of `npm run faults`. A failure names the seed with which it can be repeated. */

const seed = Date.now() % 1_000_000;
const options: TrialOptions = { seed, size: 'short', scratch: tmpdir(), limitMs: 150_000 };

describe(`faults, seed ${seed}`, { timeout: 180_000 }, () => {
  for (const scenario of scenarios) {
    const lacks = scenario.lacks?.();
    if (lacks !== undefined) console.log(`Not tried: ${scenario.title}: ${lacks}.`);
    test.skipIf(lacks !== undefined)(scenario.title, async () => {
      const { outcome, violations } = await runScenario(scenario, options);
      expect({ outcome, violations }).toEqual({ outcome: 'held', violations: [] });
    });
  }

  const relaxed = powerCutWith(['--durability', 'normal']);
  test.skipIf(relaxed.lacks?.() !== undefined)(
    'a power cut does take acknowledged messages where durability is normal, which shows that the trial can see it',
    async () => {
      const { outcome, violations } = await runScenario(relaxed, options);
      expect(outcome).toBe('broken');
      expect(violations.join('\n')).toMatch(/was acknowledged as seq \d+ and is not there/);
    },
  );
});

test('the page says what is done for each fault', () => {
  const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
  // Prettier widens the columns.
  const cells = (text: string) => text.replace(/ +\|/g, ' |').replace(/-+/g, '-');
  for (const line of faultTable(scenarios).split('\n')) expect(cells(page)).toContain(cells(line));
});
