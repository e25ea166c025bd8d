import type { ReactNode } from 'react';
import { envelopeOf, type FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { shortTime } from '../../../../src-shared/shown-time.ts';
import { counted } from '../../numbers.ts';
import type { Layout } from '../state/layout.ts';
import type { MessageList } from '../state/message-list.ts';
import type { View } from '../state/middle.ts';
import type { Session } from '../state/session.ts';
import { framed, inside } from './elements.ts';
import { gist, receiptLook, senderLook, typeOf, typeStyle } from './message-look.ts';
import { fit, line, name, words, type Piece, type Pieces } from './pieces.ts';

type ListView = Exclude<View, { kind: 'agents' }>;

/** Characters of a message that one line can need. */
const mostShown = 600;

/** A channel, a thread or what was found: one line for each message. */
export function messageList(session: Session, view: ListView, layout: Layout, now: number): ReactNode {
  const { columns, rows } = layout.messages;
  const room = inside({ columns, rows });
  const { list } = view;
  const listRows = room.rows - 1;
  session.panels.pageRows = listRows;
  const { rows: shown, above, below } = list.window(Math.max(1, listRows));
  session.panels.onScreen = shown;
  const table = columnsFor(view, layout, room.columns);
  const selected = list.selected?.id;
  const focused = session.panels.focus === 'messages';
  const content: Pieces[] = [
    table
      .map(({ title, width, right }) => fit([words(title, { dim: true })], width, right ? 'right' : 'left'))
      .flat(),
    ...shown.map((message) => {
      const isSelected = message.id === selected;
      const pieces = table.flatMap(({ cell, width, right }) =>
        fit(cell(message, { session, isSelected, now, list }), width, right ? 'right' : 'left'),
      );
      return isSelected ? marked(pieces, focused) : pieces;
    }),
  ];
  return framed(
    {
      key: 'messages',
      title: titleOf(view, session, now),
      note: noteOf(list, above, below),
      columns,
      rows,
      focused,
    },
    shown.length === 0 ? [[], ...emptyLines(view).map((text) => line(text, { dim: true }))] : content,
  );
}

/** The selected row is marked by its sign as well, for terminals without any styles. */
function marked(pieces: Pieces, focused: boolean): Pieces {
  if (!focused) return pieces.map((piece) => ({ ...piece, bold: true }));
  return pieces.map((piece) => ({ ...piece, color: undefined, dim: false, inverse: piece.inverse !== true }));
}

interface Column {
  title: string;
  width: number;
  right?: boolean;
  cell: (
    message: FeedMessage,
    place: { session: Session; isSelected: boolean; now: number; list: MessageList },
  ) => Pieces;
}

function columnsFor(view: ListView, { kind }: Layout, room: number): Column[] {
  const isWide = kind === 'full';
  const severalChannels = view.kind !== 'channel';
  const columns: Column[] = [
    { title: '', width: 2, cell: (_, { isSelected }) => [words(isSelected ? '▶ ' : '  ')] },
  ];
  if (kind !== 'narrow') {
    columns.push({
      title: 'SEQ ',
      width: 8,
      right: true,
      cell: ({ seq }) => [words(`${seq} `, { dim: true })],
    });
  }
  columns.push({
    title: 'TIME',
    width: severalChannels || isWide ? 14 : 9,
    cell: ({ at }, { session, now }) => [
      words(timeOf(at, session, severalChannels || isWide ? now : at), { dim: true }),
    ],
  });
  if (severalChannels) {
    columns.push({
      title: 'CHANNEL',
      width: isWide ? 24 : 16,
      cell: ({ channel }) => [...fit(name(channel), isWide ? 23 : 15), words(' ')],
    });
  }
  const senderWidth = isWide ? 22 : kind === 'compact' ? 16 : 14;
  columns.push(
    {
      title: 'SENDER',
      width: senderWidth,
      cell: ({ sender, channel }, { session }) => [
        ...fit(name(sender, senderLook(session, sender, channel)), senderWidth - 1),
        words(' '),
      ],
    },
    {
      title: 'TYPE',
      width: isWide ? 12 : 9,
      cell: (message) => [...fit(line(typeOf(message), typeStyle(message)), isWide ? 11 : 8), words(' ')],
    },
    {
      title: '',
      width: 2,
      cell: ({ id }, { session }) => {
        const { sign } = receiptLook(session.news.receipts.of(id));
        return [words(`${sign} `, sign === '✔' ? { color: 'green', bold: true } : { dim: true })];
      },
    },
  );
  const used = columns.reduce((sum, { width }) => sum + width, 0);
  columns.push({
    title: 'MESSAGE',
    width: Math.max(1, room - used),
    cell: (message, { session, list }) => [...conversation(message, session), ...said(message, list.filter)],
  });
  return columns;
}

/** Whom it answers and for whom it is. */
function conversation(message: FeedMessage, session: Session): Piece[] {
  const { reply_to, recipient } = envelopeOf(message) ?? {};
  const answered = reply_to === undefined ? undefined : session.middle.opened.find(reply_to);
  return [
    ...(reply_to === undefined ? [] : [words('↳ ', { color: 'cyan' })]),
    ...(answered && answered.sender !== message.sender ? name(`${answered.sender} `, { dim: true }) : []),
    ...(recipient === undefined ? [] : name(`→ ${recipient} `, { dim: true })),
  ];
}

/** What it says, with what is filtered for underlined. */
function said(message: FeedMessage, filter: string): Piece[] {
  const text = gist(message).slice(0, mostShown);
  if (filter === '') return line(text);
  const wanted = filter.toLowerCase();
  const pieces: Piece[] = [];
  const folded = text.toLowerCase();
  let end = 0;
  // Where folding changes lengths, places would be wrong: then nothing is underlined.
  const isSafe = folded.length === text.length;
  for (let at = isSafe ? folded.indexOf(wanted) : -1; at >= 0; at = folded.indexOf(wanted, end)) {
    pieces.push(
      ...line(text.slice(end, at)),
      ...line(text.slice(at, at + wanted.length), { underline: true, bold: true }),
    );
    end = at + wanted.length;
  }
  return [...pieces, ...line(text.slice(end))];
}

function timeOf(at: number, { utc }: Session, now: number): string {
  return Number.isFinite(at) ? shortTime(at, now, utc ? 'UTC' : undefined) : 'no time';
}

function titleOf(view: ListView, session: Session, now: number): Piece[] {
  const filter =
    view.list.filter === '' ? [] : [words(' · filter ', { bold: true }), ...line(view.list.filter)];
  if (view.kind === 'search') {
    const found = view.answered
      ? `${counted(view.list.rows.length, 'message')}${view.more ? ' and more' : ''}`
      : 'searching …';
    return [words('SEARCH ', { bold: true }), ...line(view.text), words(` · ${found}`), ...filter];
  }
  if (view.kind === 'thread') {
    const open = view.open ? ' · waits for an answer' : '';
    return [
      words('THREAD ', { bold: true }),
      ...line(view.name ?? '…'),
      words(` · ${counted(view.list.rows.length, 'message')}${open}`),
      ...filter,
    ];
  }
  const { channel } = view.feed;
  const known = session.channels.find(channel);
  const facts = known
    ? ` · ${counted(known.count, 'message')} · ${counted(known.senders.length, 'sender')} · last ${timeOf(Date.parse(known.lastAt), session, now)}`
    : ' · new';
  const hits = view.list.filter === '' ? [] : [words(` · ${counted(view.list.rows.length, 'hit')}`)];
  return [...name(channel, { bold: true }), words(facts), ...filter, ...hits];
}

function noteOf(list: MessageList, above: number, below: number): Piece[] {
  const more = [above > 0 ? `▲ ${above}` : '', below > 0 ? `▼ ${below}` : ''].filter((text) => text !== '');
  return [
    list.follows ? words('▶ FOLLOWING', { color: 'green', bold: true }) : words('‖ not following'),
    ...(more.length > 0 ? [words(` ${more.join(' ')}`, { dim: true })] : []),
  ];
}

function emptyLines(view: ListView): string[] {
  if (view.list.filter !== '') return ['No message matches the filter.', 'f changes it, Esc takes it away.'];
  if (view.kind === 'search') return [view.answered ? 'Nothing was found.' : 'Searching …'];
  if (view.kind === 'thread') return ['The messages of this thread are gone.'];
  if (view.feed.phase === 'loading') return ['Loading …'];
  if (view.feed.phase === 'failed') return [view.feed.problem ?? '', 'r tries again.'];
  return ['No messages yet.', 's writes the first one.'];
}
