import type { Mode } from '../state/dialogue.ts';
import type { Session } from '../state/session.ts';
import type { CursorPlace } from './cursor.ts';
import { line, widthOf, words, type Piece, type Pieces } from './pieces.ts';
import { typedLine } from './typed-line.ts';

const hints = [
  's send',
  '/ filter',
  'F search',
  't thread',
  'i details',
  'a agents',
  'Space freeze',
  'c clear',
  'n new',
  '? help',
  'q quit',
];

/** What is always there even where there is little room. */
const vital = ['? help', 'q quit'];

/** The last line: what is asked, else what was said last, else the keys. */
export function footer(
  session: Session,
  columns: number,
  y: number,
): { pieces: Pieces; cursor?: CursorPlace } {
  const { notices } = session;
  const { mode } = session.dialogue;
  if (mode.kind === 'prompt') {
    const { label, hint, editor, problem } = mode.prompt;
    const head = [words(` ${label}: `, { bold: true, inverse: true }), words(' ')];
    const start = widthOf(head);
    const tail: Piece[] =
      problem !== undefined
        ? line(`  ✖ ${problem}`, { color: 'red', bold: true })
        : editor.text === ''
          ? [words(hint, { dim: true })]
          : [];
    const room = columns - start - (problem === undefined ? 0 : widthOf(tail));
    const typed = typedLine(editor, editor.text === '' ? 1 : Math.max(10, room));
    return { pieces: [...head, ...typed.pieces, ...tail], cursor: { x: start + typed.cursor, y } };
  }
  if (mode.kind === 'confirm') return { pieces: line(` ${mode.question}`, { bold: true, inverse: true }) };
  if (notices.current) {
    const { sentence, tone } = notices.current;
    const sign = { plain: '', good: '✔ ', bad: '✖ ' }[tone];
    const color = { plain: undefined, good: 'green', bad: 'red' }[tone] as Piece['color'];
    return { pieces: line(` ${sign}${sentence}`, { color, bold: tone !== 'plain' }) };
  }
  return {
    pieces: [words(` ${modeWord(mode)}  `, { bold: true }), words(fitting(columns - 14), { dim: true })],
  };
}

function modeWord(mode: Mode): string {
  switch (mode.kind) {
    case 'help':
      return 'HELP';
    case 'compose':
      return 'SEND';
    default:
      return 'NORMAL';
  }
}

/** As many of the hints as fit; the vital ones come first then. */
function fitting(columns: number): string {
  const all = hints.join(' · ');
  if (all.length <= columns) return all;
  const others = hints.filter((hint) => !vital.includes(hint));
  const kept = others.filter(
    (_, index) => [...others.slice(0, index + 1), ...vital].join(' · ').length <= columns,
  );
  return [...kept, ...vital].join(' · ');
}
