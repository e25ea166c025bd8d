import Table from 'cli-table3';
import stringWidth from 'string-width';
import type { Screen } from './screen.ts';

export interface Column {
  title: string;
  align?: 'right';
  /** Gives way when the screen is too narrow for all. */
  flexible?: boolean;
}

/** Blanks between two columns. */
const gap = 2;
const narrowest = 8;

/** A table without lines; `rows` hold cells that are fit for a terminal. Columns in which nothing stands are left out. */
export function table(
  allColumns: readonly Column[],
  allRows: readonly (readonly string[])[],
  screen: Screen,
): string {
  const filled = allColumns.map((_, index) => allRows.some((row) => row[index] !== ''));
  const columns = allColumns.filter((_, index) => filled[index]);
  const rows = allRows.map((row) => row.filter((_, index) => filled[index]));
  const head = columns.map(({ title }) => screen.style('bold', title));
  const drawn = new Table({
    chars: noLines,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
    head,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: widthsWithin(screen.width, columns, [head, ...rows]).map((width) => width + gap),
  });
  drawn.push(...rows);
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** As wide as their widest cell, as far as the screen reaches. */
function widthsWithin(
  screenWidth: number,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): number[] {
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => stringWidth(row[index] ?? ''))));
  let excess = widths.reduce((sum, width) => sum + width + gap, -gap) - screenWidth;
  for (const [index, { flexible = false }] of [...columns.entries()].reverse()) {
    const width = widths[index] ?? 0;
    if (!flexible || excess <= 0 || width <= narrowest) continue;
    widths[index] = Math.max(narrowest, width - excess);
    excess -= width - (widths[index] ?? 0);
  }
  return widths;
}

const noLines = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
);
