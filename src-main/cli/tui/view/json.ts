import type { Piece } from './pieces.ts';
import { line, words } from './pieces.ts';

/** Strings, then numbers and names, then punctuation; every character belongs to one of them. */
const tokens =
  /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d[\d.eE+-]*)|(?<constant>true|false|null)|[^"\d\-tfn]+|[^]/g;

/** JSON with line breaks, coloured. Keys are bold and strings keep their quotation marks, so that it reads without colour. */
export function jsonLines(value: unknown): Piece[][] {
  return JSON.stringify(value, undefined, 2).split('\n').map(highlighted);
}

function highlighted(text: string): Piece[] {
  return Array.from(text.matchAll(tokens)).flatMap(({ 0: token, groups = {} }) => {
    if (groups['key'] !== undefined) return line(token, { color: 'blue', bold: true });
    if (groups['string'] !== undefined) return line(token, { color: 'green' });
    if (groups['number'] !== undefined) return [words(token, { color: 'magenta' })];
    if (groups['constant'] !== undefined) return [words(token, { color: 'yellow' })];
    return line(token, { dim: token.trim() !== '' });
  });
}
