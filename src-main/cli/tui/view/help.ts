import type { ReactNode } from 'react';
import { keyGroups, typingKeys } from '../keys.ts';
import { framed, inside } from './elements.ts';
import { fit, words, type Pieces } from './pieces.ts';

const keyColumns = 16;

/** All keys, in as many columns as there is room for. `mode.top` rows are scrolled away. */
export function help(mode: { top: number }, columns: number, rows: number): ReactNode {
  const room = inside({ columns, rows });
  const blocks: Pieces[][] = [
    ...keyGroups.map(({ title, bindings }) => block(title, bindings)),
    block('Typing', typingKeys),
  ];
  const signs = block('Signs', [
    { shown: '✔', does: 'acknowledged' },
    { shown: '○ ·', does: 'read, not read' },
    { shown: '↳', does: 'answers another' },
    { shown: '+3', does: 'unread' },
    { shown: '?', does: 'open questions' },
  ]);
  const perRow = Math.max(1, Math.min(5, Math.floor(room.columns / 38)));
  const width = Math.floor(room.columns / perRow);
  const shelves: Pieces[][] = Array.from({ length: perRow }, () => []);
  // Each block onto the shortest column.
  for (const one of [...blocks, signs]) {
    const shortest = shelves.reduce((best, shelf) => (shelf.length < best.length ? shelf : best));
    shortest.push(...one, []);
  }
  const height = Math.max(...shelves.map(({ length }) => length));
  mode.top = Math.min(mode.top, Math.max(0, height - room.rows));
  const below = height - mode.top - room.rows;
  const content = Array.from({ length: height }, (_, index) =>
    shelves.flatMap((shelf) => [...fit(shelf[index] ?? [], width - 1), words(' ')]),
  );
  return framed(
    {
      key: 'help',
      title: [words('KEYS', { bold: true })],
      note: [words(below > 0 ? `▼ ${below} more · Esc closes` : 'Esc closes')],
      columns,
      rows,
      focused: true,
    },
    content.slice(mode.top),
  );
}

function block(title: string, bindings: readonly { shown: string; does: string }[]): Pieces[] {
  return [
    [words(title, { bold: true, underline: true })],
    ...bindings.map(({ shown, does }) => [...fit([words(shown, { bold: true })], keyColumns), words(does)]),
  ];
}
