import type { ReactNode } from 'react';
import { kindOf, layoutOf } from '../state/layout.ts';
import type { Session } from '../state/session.ts';
import { agentsTable } from './agents.ts';
import { channelList, channelTabs } from './channels.ts';
import { composerPanel, composerRows } from './composer.ts';
import type { CursorPlace } from './cursor.ts';
import { details } from './details.ts';
import { beside, framed, row, stack } from './elements.ts';
import { footer } from './footer.ts';
import { banner, header } from './header.ts';
import { help } from './help.ts';
import { messageList } from './messages.ts';
import { words } from './pieces.ts';

/** The whole screen as it is at this moment, and where the cursor stands if something is being typed. */
export function screenOf(
  session: Session,
  now: number,
): { node: ReactNode; cursor: CursorPlace | undefined } {
  const { columns, rows } = session.panels.size;
  if (kindOf(session.panels.size) === 'tiny') {
    return { node: row('tiny', [words('Too small: 40 × 10 at least')], columns), cursor: undefined };
  }
  const warning = banner(session, now);
  const composing = session.dialogue.mode.kind === 'compose';
  const composerHeight = composing ? composerRows(session) : 0;
  const taken = 2 + (warning ? 1 : 0) + composerHeight;
  const foot = footer(session, columns, rows - 1);
  const top = [
    row('header', header(session, columns), columns),
    ...(warning ? [row('banner', warning, columns)] : []),
  ];
  if (session.dialogue.mode.kind === 'help') {
    const body = help(session.dialogue.mode, columns, rows - taken);
    return { node: stack('screen', [...top, body, row('footer', foot.pieces, columns)]), cursor: undefined };
  }
  const composer = composing ? composerPanel(session, columns, rows - 1 - composerHeight) : undefined;
  return {
    node: stack('screen', [
      ...top,
      ...body(session, taken, now),
      ...(composer ? [composer.node] : []),
      row('footer', foot.pieces, columns),
    ]),
    cursor: composer?.cursor ?? foot.cursor,
  };
}

function body(session: Session, taken: number, now: number): ReactNode[] {
  const layout = layoutOf(session.panels.size, taken, session.middle.showsDetails);
  const { channels, details: side } = layout;
  const middle =
    side?.place === 'over' ? details(session, side.columns, side.rows) : main(session, layout, now);
  const below = side?.place === 'below' ? [details(session, side.columns, side.rows)] : [];
  const right = side?.place === 'right' ? [details(session, side.columns, side.rows)] : [];
  if (channels === 0) return [channelTabs(session, session.panels.size.columns), middle];
  const height = layout.messages.rows + (side?.place === 'below' ? side.rows : 0);
  return [
    beside('body', [
      channelList(session, channels, height),
      below.length > 0 ? stack('middle', [middle, ...below]) : middle,
      ...right,
    ]),
  ];
}

function main(session: Session, layout: ReturnType<typeof layoutOf>, now: number): ReactNode {
  const { view } = session.middle;
  if (view?.kind === 'agents') return agentsTable(session, layout);
  if (view) return messageList(session, view, layout, now);
  const { columns, rows } = layout.messages;
  const text = session.channels.known
    ? 'There is no channel yet. n makes one; agents make theirs by sending.'
    : 'Waiting for the relay …';
  return framed(
    {
      key: 'messages',
      title: [words('MESSAGES', { bold: true })],
      columns,
      rows,
      focused: session.panels.focus === 'messages',
    },
    [[], [words(text, { dim: true })]],
  );
}
