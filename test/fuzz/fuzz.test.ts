import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { chooseProgramEntry } from '../support/program-entry.ts';
import { hasOpenssl } from '../support/certificates.ts';
import { scratchDirectory } from '../support/program.ts';
import { toolBook } from '../support/tool-book.ts';
import { everyRoute, nameOf } from '../support/every-route.ts';
import { batchSize, fuzz } from './fuzz.ts';
import { properties } from './properties.ts';
import { findEndlessParser } from './pumped.ts';
import { failureText } from './report.ts';
import { toolList } from '../../src-main/mcp/tools/index.ts';

/**
 * A short set of what `npm run fuzz` does: once as always, and once as chance will have it. Both of its seeds are multiples
 * of four, so that the second batch goes to a relay that encrypts.
 */
const chance = 4 * randomInt(2 ** 29);
console.log(`seed of the fuzz tests: ${chance}`);

describe('any input:', () => {
  test.each(properties)('$name', ({ check }) => {
    check({ seed: 20_261_128, numRuns: 60 });
    check({ seed: chance, numRuns: 60 });
  });
});

test('no parser takes longer for a text than the text is long', { timeout: 600_000 }, async () => {
  expect(await findEndlessParser()).toBeUndefined();
});

test('every tool gets messages that reach it', () => {
  expect(Object.keys(toolBook).toSorted()).toEqual(toolList.map(({ name }) => name).toSorted());
});

test.each([20_261_128, chance])(
  'a relay outlives junk with the seed %i, answers everything as it should, and loses nothing',
  { timeout: 180_000 },
  async (seed) => {
    const { tally } = await fuzz({
      seed,
      requests: 2 * batchSize,
      minutes: 2,
      program: chooseProgramEntry(),
      folder: scratchDirectory(),
    });
    expect(tally.failures.map(failureText)).toEqual([]);
    expect(tally.requests).toBe(2 * batchSize);
    // Otherwise it would say little about the routes.
    const reached = everyRoute.map(nameOf).filter((route) => tally.sent.has(route));
    expect(reached.length).toBeGreaterThan(everyRoute.length / 2);
    expect(tally.secureRequests).toBe(hasOpenssl ? batchSize : 0);
    expect(tally.brokenTls.size > 5).toBe(hasOpenssl);
    expect(tally.renewals.get('the shared token') ?? 0).toBeGreaterThan(0);
    for (const status of ['200', '400', '401', '403', '404', 'MCP result', 'MCP error']) {
      expect(tally.statuses.get(status) ?? 0, status).toBeGreaterThan(0);
    }
  },
);
