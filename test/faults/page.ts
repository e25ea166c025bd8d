import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { row } from '../../scripts/markdown.ts';
import { type Report, toMarkdown } from './report.ts';
import type { Scenario } from './scenario.ts';

/** Puts what is tried, and the figures of a run, into a page. The page must have the marks around both places. */
export async function writePage(path: string, report: Report, scenarios: readonly Scenario[]): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const described = withPart(page, 'what is tried', faultTable(scenarios));
  const written = withPart(described, 'the figures', toMarkdown(report));
  writeFileSync(path, await format(written, { ...(await resolveConfig(path)), filepath: path }));
}

/** What is done for each fault. */
export function faultTable(scenarios: readonly Scenario[]): string {
  const rows = scenarios.map(({ name, title, method }) => row([`${title} (\`${name}\`)`, method]));
  return [row(['fault', 'what is done, and what has to hold']), row(['---', '---']), ...rows].join('\n');
}

function withPart(page: string, name: string, text: string): string {
  const begins = `<!-- ${name}: written by npm run faults -- --markdown docs/reliability.md -->`;
  const ends = `<!-- ${name}: end -->`;
  const [before, rest] = page.split(begins);
  const after = rest?.split(ends)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`the page has no place for ${name}: it lacks “${begins}” or “${ends}”`);
  }
  return `${before}${begins}\n\n${text}\n\n${ends}${after}`;
}
