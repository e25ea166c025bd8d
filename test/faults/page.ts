import { readFileSync, writeFileSync } from 'node:fs';
import { type Report, toMarkdown } from './report.ts';

const begins = '<!-- The figures of a run: written by `npm run faults -- --markdown docs/reliability.md` -->';
const ends = '<!-- The end of the figures -->';

/** Puts the figures of a run into a page, in place of those that are there. The page must have the two marks. */
export function writeFigures(path: string, report: Report): void {
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(begins);
  const after = rest?.split(ends)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`${path} has no place for the figures: it lacks the line “${begins}” or “${ends}”`);
  }
  writeFileSync(path, `${before}${begins}\n\n${toMarkdown(report)}\n\n${ends}${after}`);
}
