import type { ReactNode } from 'react';
import { draftKinds } from '../../../../src-shared/messages/draft.ts';
import type { Session } from '../state/session.ts';
import type { CursorPlace } from './cursor.ts';
import { framed, inside } from './elements.ts';
import { typedLine } from './typed-line.ts';
import { gist } from './message-look.ts';
import { fit, line, name, words, type Piece, type Pieces } from './pieces.ts';

const labelColumns = 12;

/** Rows that the composer takes. */
export function composerRows({ composer }: Session): number {
  return composer.fields.length + 3 + (composer.target ? 1 : 0) + (composer.inDoubt ? 1 : 0);
}

/** What is being written, field by field. */
export function composerPanel(
  session: Session,
  columns: number,
  top: number,
): { node: ReactNode; cursor: CursorPlace } {
  const { composer } = session;
  const { destination = '' } = session.dialogue;
  const rows = composerRows(session);
  const room = inside({ columns, rows });
  const target: Pieces[] = composer.target
    ? [
        [
          ...fit([words('Answers', { dim: true })], labelColumns),
          ...name(composer.target.sender),
          words(': '),
          ...line(gist(composer.target)),
        ],
      ]
    : [];
  let cursor: CursorPlace = { x: 0, y: 0 };
  const fields = composer.fields.map((field, index): Pieces => {
    const isCurrent = field === composer.field;
    const typed = typedLine(composer.editor(field.name), room.columns - labelColumns);
    if (isCurrent) cursor = { x: 2 + labelColumns + typed.cursor, y: top + 1 + target.length + index };
    const isEmpty = composer.editor(field.name).text === '';
    return [
      ...fit([words(isCurrent ? '▸ ' : '  '), words(field.label, { bold: isCurrent })], labelColumns),
      ...(isEmpty && !isCurrent ? [words(field.hint, { dim: true })] : typed.pieces),
    ];
  });
  const node = framed(
    {
      key: 'composer',
      title: [
        words('SEND to '),
        ...name(destination, { bold: true }),
        words(' as '),
        ...name(session.sender),
      ],
      note: kinds(session),
      columns,
      rows,
      focused: true,
    },
    [...target, ...fields, state(session), ...doubt(session)],
  );
  return { node, cursor };
}

function kinds({ composer }: Session): Piece[] {
  return draftKinds.flatMap((kind, index) => [
    words(index === 0 ? '' : ' ', {}),
    kind === composer.kind ? words(`[${kind}]`, { bold: true }) : words(kind, { dim: true }),
  ]);
}

function state({ composer }: Session): Pieces {
  const { problem, sending, isValidJson } = composer;
  if (sending) return [words('Sending …', { bold: true })];
  if (problem !== undefined) return line(`✖ ${problem}`, { color: 'red', bold: true });
  if (isValidJson !== undefined) {
    return isValidJson
      ? [words('✔ JSON object', { color: 'green' })]
      : [words('✖ no JSON object yet', { color: 'red' })];
  }
  return [
    words('Enter sends · Tab next field · Ctrl+T kind · ↑ sent before · Ctrl+J new line · Esc closes', {
      dim: true,
    }),
  ];
}

function doubt({ composer }: Session): Pieces[] {
  if (!composer.inDoubt) return [];
  return [
    [words('  It may be stored all the same: Enter sends it again and stores it once.', { bold: true })],
  ];
}
