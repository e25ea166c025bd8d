import type { ReactNode } from 'react';
import { describe } from '../../../../src-shared/messages/describe.ts';
import { envelopeOf, type FeedMessage } from '../../../../src-shared/messages/feed-message.ts';
import { isJsonObject } from '../../../../src-shared/json-object.ts';
import { dateTime, shortTime } from '../../../../src-shared/shown-time.ts';
import { utf8Bytes } from '../../../../src-shared/text.ts';
import { bytesInWords } from '../../numbers.ts';
import type { Receipt } from '../state/receipts.ts';
import type { Session } from '../state/session.ts';
import { framed, inside } from './elements.ts';
import { jsonLines } from './json.ts';
import { senderLook, typeOf, typeStyle } from './message-look.ts';
import { fit, line, lines, name, words, wrap, type Piece, type Pieces } from './pieces.ts';

const labelColumns = 11;

/** From so many columns on, the content stands beside what is known about the message, which takes this many. */
const besideFrom = 84;
const aboutColumns = 48;

/** Everything about one message, with its content. */
export function details(session: Session, columns: number, rows: number): ReactNode {
  const room = inside({ columns, rows });
  const { selected } = session.middle;
  const all = selected
    ? contentOf(selected, session, room.columns)
    : [[words('No message is selected.', { dim: true })]];
  const top = Math.min(session.panels.detailsTop, Math.max(0, all.length - room.rows));
  session.panels.detailsTop = top;
  const below = all.length - top - room.rows;
  const note = [top > 0 ? `▲ ${top}` : '', below > 0 ? `▼ ${below}` : '']
    .filter((text) => text !== '')
    .join(' ');
  return framed(
    {
      key: 'details',
      title: [words('MESSAGE', { bold: true })],
      note: note === '' ? [] : [words(note, { dim: true })],
      columns,
      rows,
      focused: session.panels.focus === 'details',
    },
    all.slice(top, top + room.rows),
  );
}

/** What is known about it, and below or beside that what it says. */
function contentOf(message: FeedMessage, session: Session, columns: number): Pieces[] {
  if (columns < besideFrom)
    return [...aboutLines(message, session, columns), [], ...bodyOf(message, columns)];
  const left = aboutLines(message, session, aboutColumns);
  const right = bodyOf(message, columns - aboutColumns - 2);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    ...fit(left[index] ?? [], aboutColumns),
    words('  '),
    ...(right[index] ?? []),
  ]);
}

function aboutLines(message: FeedMessage, session: Session, columns: number): Pieces[] {
  const receipts = receiptLines(session.news.receipts.of(message.id), session);
  return [
    ...factsOf(message, session, columns),
    [],
    heading('RECEIPTS'),
    ...receipts.flatMap((pieces) => wrap(pieces, columns)),
  ];
}

function factsOf(message: FeedMessage, session: Session, columns: number): Pieces[] {
  const { id, seq, sender, channel, at, timestamp, origin, content } = message;
  const { thread_id, correlation_id, reply_to, recipient } = envelopeOf(message) ?? {};
  const zone = session.utc ? 'UTC' : undefined;
  const { warning } = describe(message);
  const client = origin?.client ? `, ${origin.client.name} ${origin.client.version}` : '';
  const facts: [label: string, value: Pieces | undefined][] = [
    ['id', name(id)],
    ['seq', [words(String(seq))]],
    ['sender', name(sender, senderLook(session, sender, channel))],
    ['came by', origin ? name(origin.label + client) : undefined],
    ['channel', name(channel)],
    ['time', Number.isFinite(at) ? [words(dateTime(at, zone))] : name(timestamp)],
    ['size', [words(bytesInWords(utf8Bytes(content)))]],
    ['type', line(typeOf(message), typeStyle(message))],
    ['to', recipient === undefined ? undefined : name(recipient)],
    ['thread', thread_id === undefined ? undefined : name(thread_id)],
    ['matter', correlation_id === undefined ? undefined : name(correlation_id)],
    ['answers', reply_to === undefined ? undefined : name(reply_to)],
    ['warning', warning === undefined ? undefined : line(warning, { color: 'red' })],
  ];
  return facts.flatMap(([label, value]) => {
    if (!value) return [];
    return wrap(value, Math.max(1, columns - labelColumns)).map((pieces, index) => [
      ...fit([words(index === 0 ? label : '', { dim: true })], labelColumns),
      ...pieces,
    ]);
  });
}

function receiptLines(receipts: readonly Receipt[] | undefined, session: Session): Pieces[] {
  if (!receipts) return [[words('not known yet', { dim: true })]];
  if (receipts.length === 0) return [[words('· not read by anybody yet', { dim: true })]];
  const time = (text: string) => shortTime(Date.parse(text), Date.now(), session.utc ? 'UTC' : undefined);
  return receipts.map(({ consumer_id, read_at, acked_at }): Piece[] => {
    const done = acked_at !== null;
    return [
      words(done ? '✔ acknowledged by ' : '○ read by ', done ? { color: 'green' } : {}),
      ...name(consumer_id, { bold: true }),
      words(` ${time(acked_at ?? read_at ?? '')}`, { dim: true }),
    ];
  });
}

const bodies = new WeakMap<FeedMessage, { columns: number; lines: readonly Pieces[] }>();

/** The content, pretty-printed if it is JSON. Kept, for it may be long and is drawn often. */
function bodyOf(message: FeedMessage, columns: number): readonly Pieces[] {
  const kept = bodies.get(message);
  if (kept?.columns === columns) return kept.lines;
  const drawn = drawnBody(message, columns);
  bodies.set(message, { columns, lines: drawn });
  return drawn;
}

function drawnBody({ content, interpretation: { json } }: FeedMessage, columns: number): Pieces[] {
  const isJson = isJsonObject(json) || Array.isArray(json);
  const body = isJson ? jsonLines(json) : lines(content);
  return [heading(isJson ? 'CONTENT, JSON' : 'CONTENT, TEXT'), ...body.flatMap((one) => wrap(one, columns))];
}

function heading(text: string): Pieces {
  return [words(text, { bold: true, dim: true })];
}
