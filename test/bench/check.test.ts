import { describe, expect, it } from 'vitest';
import { compareWithRecorded, comparisonText, readRecorded, type Recorded } from './check.ts';
import type { Report } from './report.ts';
import type { Aim } from './scenario.ts';

const recorded: Recorded = { 'send : echo': 0.4, 'many : few': 1.2, arrived: 1, 'never measured': 1 };

function reportOf(...aims: Omit<Aim, 'goal' | 'unit'>[]): Report {
  const complete = aims.map((aim) => ({ ...aim, goal: 1, unit: '' }));
  const findings = { title: '', method: '', tables: [], aims: complete, samples: {} };
  return { scenarios: { one: findings } } as unknown as Report;
}

const share = (measured: number) =>
  ({ what: 'send : echo', measured, bound: 'at least', kind: 'ratio' }) as const;
const growth = (measured: number) =>
  ({ what: 'many : few', measured, bound: 'at most', kind: 'ratio' }) as const;

const kept = (measured: number) =>
  ({ what: 'arrived', measured, bound: 'at least', kind: 'ratio', promise: true }) as const;

describe('the regression check of the benchmark', () => {
  it.each([
    ['the recorded share', share(0.4), false],
    ['a better one', share(0.9), false],
    ['half of it', share(0.2), false],
    ['less than half', share(0.19), true],
    ['the recorded growth', growth(1.2), false],
    ['twice as much', growth(2.4), false],
    ['more than twice as much', growth(2.5), true],
    ['no figure at all', share(NaN), true],
    ['a promise that is kept', kept(1), false],
    ['a promise that is kept most of the time', kept(0.999), true],
  ])('judges %s', (_what, aim, regressed) => {
    expect(compareWithRecorded(reportOf(aim), recorded).map((found) => found.regressed)).toEqual([regressed]);
  });

  it('leaves alone what is not a ratio, and what was never recorded', () => {
    const absolute = { what: 'many : few', measured: 99, bound: 'at most', kind: 'absolute' } as const;
    const unknown = { what: 'something new', measured: 0, bound: 'at least', kind: 'ratio' } as const;
    expect(compareWithRecorded(reportOf(absolute, unknown), recorded)).toEqual([]);
  });

  it('says of each ratio what it was, what it is and what would pass', () => {
    expect(comparisonText(compareWithRecorded(reportOf(share(0.19)), recorded))).toBe(
      'worse  send : echo: 0.190, recorded 0.400, limit 0.200',
    );
  });

  it('has ratios recorded', () => {
    const ratios = Object.values(readRecorded());
    expect(ratios.length).toBeGreaterThan(3);
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(0);
  });
});
