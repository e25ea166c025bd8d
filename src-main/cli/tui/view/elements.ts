import { Box, Text } from 'ink';
import { createElement, type ReactNode } from 'react';
import { visibleTextParts } from '../../../../src-shared/visible-text.ts';
import { fit, widthOf, words, type Piece, type Pieces } from './pieces.ts';

/**
 * The only two things that are drawn. There is no JSX here: sources run as they are, and types can be stripped from a file
 * but elements not.
 */

/** Ink itself does not know the variable. Bold, dim and inverse are no colours and stay. */
const isColourless = (process.env['NO_COLOR'] ?? '') !== '';

/** One line, exactly `columns` wide. */
export function row(key: string | number, pieces: Pieces, columns: number): ReactNode {
  const texts = fit(pieces, columns).map(({ text, color, dim, bold, inverse, underline }, index) =>
    createElement(
      Text,
      {
        key: index,
        ...(color === undefined || isColourless ? {} : { color }),
        dimColor: dim === true,
        bold: bold === true,
        inverse: inverse === true,
        underline: underline === true,
      },
      harmless(text),
    ),
  );
  return createElement(
    Box,
    { key, width: columns, height: 1, flexShrink: 0, overflow: 'hidden' },
    createElement(Text, { wrap: 'truncate' }, texts),
  );
}

/** Last line of defence: whatever was forgotten further up, nothing steers the terminal. */
function harmless(text: string): string {
  return visibleTextParts(text)
    .map((part) => (part.hidden ? `<${part.text}>` : part.text.replaceAll(/[\n\t]/g, ' ')))
    .join('');
}

/** Rows below each other. */
export function stack(key: string | number, rows: readonly ReactNode[]): ReactNode {
  return createElement(Box, { key, flexDirection: 'column', flexShrink: 0 }, rows);
}

/** Things beside each other. */
export function beside(key: string | number, parts: readonly ReactNode[]): ReactNode {
  return createElement(Box, { key, flexDirection: 'row', flexShrink: 0 }, parts);
}

export interface Frame {
  key: string;
  title: Pieces;
  /** On the right of the upper edge. */
  note?: Pieces;
  columns: number;
  rows: number;
  /** Whether keys go here. */
  focused: boolean;
}

/** Columns and rows that are left inside a frame. */
export function inside({ columns, rows }: Pick<Frame, 'columns' | 'rows'>): {
  columns: number;
  rows: number;
} {
  return { columns: columns - 4, rows: rows - 2 };
}

/** Lines in a frame with a title. The one with the focus has heavy edges, so that it is seen without colours. */
export function framed(frame: Frame, content: readonly Pieces[]): ReactNode {
  const { columns, title, note = [], focused, key } = frame;
  const edge = focused ? heavy : light;
  const style = focused ? { bold: true } : { dim: true };
  const room = inside(frame);
  const side = words(edge.side, style);
  const body = Array.from({ length: Math.max(0, room.rows) }, (_, index) => [
    side,
    words(' '),
    ...fit(content[index] ?? [], room.columns),
    words(' '),
    side,
  ]);
  return stack(key, [
    row('top', topEdge(edge, style, title, note, columns), columns),
    ...body.map((pieces, index) => row(index, pieces, columns)),
    row(
      'bottom',
      [words(edge.bottomLeft + edge.line.repeat(columns - 2) + edge.bottomRight, style)],
      columns,
    ),
  ]);
}

function topEdge(
  edge: typeof light,
  style: { bold?: boolean; dim?: boolean },
  title: Pieces,
  note: Pieces,
  columns: number,
): Piece[] {
  const noteWidth = widthWithBlanks(note);
  const titleRoom = columns - 4 - noteWidth;
  const shownTitle = fitIfLonger(title, titleRoom - 2);
  const line = Math.max(0, columns - 3 - widthWithBlanks(shownTitle) - noteWidth - (note.length > 0 ? 1 : 0));
  return [
    words(edge.topLeft + edge.line, style),
    ...spaced(shownTitle),
    words(edge.line.repeat(line), style),
    ...spaced(note),
    words(note.length > 0 ? edge.line + edge.topRight : edge.topRight, style),
  ];
}

function spaced(pieces: Pieces): Piece[] {
  return pieces.length === 0 ? [] : [words(' '), ...pieces, words(' ')];
}

function widthWithBlanks(pieces: Pieces): number {
  return pieces.length === 0 ? 0 : widthOf(pieces) + 2;
}

function fitIfLonger(pieces: Pieces, columns: number): Pieces {
  return widthOf(pieces) > columns ? fit(pieces, columns) : pieces;
}

const light = { topLeft: '╭', topRight: '╮', bottomLeft: '╰', bottomRight: '╯', line: '─', side: '│' };
const heavy: typeof light = {
  topLeft: '┏',
  topRight: '┓',
  bottomLeft: '┗',
  bottomRight: '┛',
  line: '━',
  side: '┃',
};
