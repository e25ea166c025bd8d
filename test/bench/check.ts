import { readFileSync } from 'node:fs';
import type { Report } from './report.ts';
import type { Aim } from './scenario.ts';

/** Scenarios whose ratios a short run finds well enough. */
export const checkedScenarios = ['send', 'mcp', 'wait', 'processes'] as const;

/** How much worse a ratio may be than the one that was recorded: machines differ, and a short run is a rough one. */
const margin = 2;

/** Ratios of a run that was found good, by what they are of. */
export type Recorded = Readonly<Record<string, number>>;

export interface Comparison {
  what: string;
  measured: number;
  recorded: number;
  /** The worst that is let pass. */
  limit: number;
  regressed: boolean;
}

export function readRecorded(): Recorded {
  const file = new URL('recorded.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
}

/** The ratios of a run beside those that were recorded. What was never recorded is not compared. */
export function compareWithRecorded({ scenarios }: Report, recorded: Recorded): Comparison[] {
  const aims = Object.values(scenarios).flatMap((findings) => findings.aims);
  return aims.filter(({ kind }) => kind === 'ratio').flatMap((aim) => compare(aim, recorded[aim.what]));
}

function compare({ what, measured, bound, promise }: Aim, recorded: number | undefined): Comparison[] {
  if (recorded === undefined) return [];
  const slack = promise ? 1 : margin;
  const limit = bound === 'at least' ? recorded / slack : recorded * slack;
  // What cannot be measured does not pass.
  const passes = bound === 'at least' ? measured >= limit : measured <= limit;
  return [{ what, measured, recorded, limit, regressed: !passes }];
}

export function comparisonText(comparisons: readonly Comparison[]): string {
  return comparisons
    .map(({ what, measured, recorded, limit, regressed }) => {
      const figures = `${measured.toFixed(3)}, recorded ${recorded.toFixed(3)}, limit ${limit.toFixed(3)}`;
      return `${regressed ? 'worse' : 'fine '}  ${what}: ${figures}`;
    })
    .join('\n');
}
