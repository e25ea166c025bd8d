import type { Screen } from './screen.ts';
import { table, type Column } from './table.ts';

/** How people are shown a list: as a table, and in words how many there are. */
export interface ListLook<T> {
  columns: readonly Column[];
  /** Cells that are fit for a terminal. */
  row: (item: T) => readonly string[];
  total: string;
}

/** Prints a list: each of it as one object for programs, a table for people. */
export function printList<T extends object>(
  items: readonly T[],
  { columns, row, total }: ListLook<T>,
  screen: Screen,
): void {
  if (screen.json) {
    for (const item of items) screen.record(item);
    return;
  }
  if (items.length > 0) screen.print(table(columns, items.map(row), screen));
  screen.print(screen.style('dim', total));
}
