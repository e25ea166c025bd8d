import type { LineEditor } from '../state/line-editor.ts';
import { fit, widthOf, words, type Piece, type Pieces } from './pieces.ts';
import { visibleTextParts } from '../../../../src-shared/visible-text.ts';

/** A text that is being typed on one line of `columns`, scrolled so that its cursor is seen. `cursor` counts from the left. */
export function typedLine(editor: LineEditor, columns: number): { pieces: Pieces; cursor: number } {
  const before = shown(editor.beforeCursor);
  const after = shown(editor.afterCursor);
  const room = Math.max(1, columns - 1);
  const used = widthOf(before);
  if (used <= room) return { pieces: fit([...before, ...after], columns), cursor: used };
  const tail = lastColumns(before, room - 1);
  return { pieces: fit([words('…', { dim: true }), ...tail, ...after], columns), cursor: 1 + widthOf(tail) };
}

/** Line feeds are seen as what they are. */
function shown(text: string): Piece[] {
  return visibleTextParts(text).flatMap((part) =>
    part.hidden
      ? [words(`<${part.text}>`, { inverse: true })]
      : [words(part.text.replaceAll('\n', '⏎').replaceAll('\t', '→'))],
  );
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function lastColumns(pieces: Pieces, columns: number): Piece[] {
  const kept: Piece[] = [];
  let left = columns;
  for (const piece of pieces.toReversed()) {
    const characters = Array.from(graphemes.segment(piece.text), ({ segment }) => segment);
    let text = '';
    while (characters.length > 0) {
      const character = characters.pop() ?? '';
      const wide = widthOf([words(character)]);
      if (wide > left) return [{ ...piece, text }, ...kept];
      left -= wide;
      text = character + text;
    }
    kept.unshift({ ...piece, text });
  }
  return kept;
}
