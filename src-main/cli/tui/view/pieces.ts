import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { onOneLine } from '../../../../src-shared/text.ts';
import { visibleParts, visibleTextParts, type TextPart } from '../../../../src-shared/visible-text.ts';

/** Colours by their names, so that they are those of the terminal's own theme, dark or light. */
export type Colour = 'cyan' | 'magenta' | 'green' | 'yellow' | 'blue' | 'red';

export interface Style {
  color?: Colour | undefined;
  bold?: boolean;
  dim?: boolean;
  inverse?: boolean;
  underline?: boolean;
}

/** A stretch of a line in one style. */
export interface Piece extends Style {
  text: string;
}

export type Pieces = readonly Piece[];

/** A text of ours. What others have written goes through `name`, `line` or `lines`. */
export function words(text: string, style: Style = {}): Piece {
  return { ...style, text };
}

/** A name that somebody else chose. */
export function name(text: string, style: Style = {}): Piece[] {
  return toPieces(visibleParts(text), style);
}

/** A text that somebody else wrote, on one line. */
export function line(text: string, style: Style = {}): Piece[] {
  return toPieces(visibleTextParts(onOneLine(text).replaceAll('\t', ' ')), style);
}

/** A text that somebody else wrote, as the lines it has. */
export function lines(text: string, style: Style = {}): Piece[][] {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .split('\n')
    .map((one) => toPieces(visibleTextParts(one.replaceAll('\t', '    ')), style));
}

/** What would not be seen is given as its code point, in a way that text cannot imitate. */
function toPieces(parts: readonly TextPart[], style: Style): Piece[] {
  return parts.map(({ text, hidden }) =>
    hidden ? { ...style, text: `<${text}>`, inverse: style.inverse !== true } : { ...style, text },
  );
}

/** The columns that they take. */
export function widthOf(pieces: Pieces): number {
  return pieces.reduce((sum, { text }) => sum + stringWidth(text), 0);
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Exactly `columns` wide: cut with an ellipsis, or filled with blanks. */
export function fit(pieces: Pieces, columns: number, align: 'left' | 'right' = 'left'): Piece[] {
  if (columns <= 0) return [];
  const blanks = columns - widthOf(pieces);
  if (blanks >= 0) {
    const fill = words(' '.repeat(blanks), backgroundOf(pieces));
    return align === 'left' ? [...pieces, fill] : [fill, ...pieces];
  }
  const kept: Piece[] = [];
  let left = columns - 1;
  for (const piece of pieces) {
    const text = cut(piece.text, left);
    if (text !== '') kept.push({ ...piece, text });
    left -= stringWidth(text);
    if (text.length < piece.text.length) {
      return [...kept, { ...piece, text: '…' + ' '.repeat(left) }];
    }
  }
  return kept;
}

/** As many characters as fit into `columns`. */
function cut(text: string, columns: number): string {
  // No character is narrower than one column but those that join others; this many hold enough of both.
  const candidate = text.slice(0, columns * 8 + 8);
  if (stringWidth(candidate) <= columns && candidate.length === text.length) return text;
  let end = 0;
  let left = columns;
  for (const { segment, index } of graphemes.segment(candidate)) {
    left -= stringWidth(segment);
    if (left < 0) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

function backgroundOf(pieces: Pieces): Style {
  const last = pieces.at(-1);
  return last?.inverse === true && pieces[0]?.inverse === true ? { inverse: true } : {};
}

/** Broken into lines that fit, at blanks where there are any. */
export function wrap(pieces: Pieces, columns: number): Piece[][] {
  // Composed forms are what the breaking counts in.
  const queue = pieces.map((piece) => ({ ...piece, text: piece.text.normalize() }));
  const whole = queue.map(({ text }) => text).join('');
  const wrapped = wrapAnsi(whole, Math.max(1, columns), { hard: true, trim: false }).split('\n');
  return wrapped.map(({ length }) => take(queue, length));
}

/** Takes the first `length` units out of `queue`. */
function take(queue: Piece[], length: number): Piece[] {
  const taken: Piece[] = [];
  for (let left = length; left > 0;) {
    const piece = queue.shift();
    if (!piece) break;
    taken.push({ ...piece, text: piece.text.slice(0, left) });
    if (piece.text.length > left) queue.unshift({ ...piece, text: piece.text.slice(left) });
    left -= piece.text.length;
  }
  return taken;
}
