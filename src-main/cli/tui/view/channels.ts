import type { ReactNode } from 'react';
import type { Channel } from '../../../../src-shared/client/known-channel.ts';
import type { Session } from '../state/session.ts';
import { framed, inside, row } from './elements.ts';
import { fit, name, widthOf, words, type Piece, type Pieces } from './pieces.ts';

/** Columns of a count at the right edge. */
const countColumns = 6;

/** The list of channels, in groups. */
export function channelList(session: Session, columns: number, rows: number): ReactNode {
  const room = inside({ columns, rows });
  const all = entries(session);
  const at = all.findIndex((entry) => entry.channel?.id === session.middle.markedChannel);
  const top = Math.max(0, Math.min(at - Math.floor(room.rows / 2), all.length - room.rows));
  const shown = all.slice(top, top + room.rows).map((entry) => drawn(entry, session, room.columns));
  const empty = session.channels.known ? 'None yet: n makes one.' : 'Asking the relay …';
  return framed(
    {
      key: 'channels',
      title: [words('CHANNELS', { bold: true })],
      note: top + room.rows < all.length ? [words(`▼ ${all.length - top - room.rows} more`)] : [],
      columns,
      rows,
      focused: session.panels.focus === 'channels',
    },
    all.length === 0 ? [[words(empty, { dim: true })]] : shown,
  );
}

interface Entry {
  group: { name: string; count: number } | undefined;
  channel: Channel | undefined;
}

/** A heading for each group and its channels; what belongs to no group comes last. */
function entries({ channels }: Session): Entry[] {
  const list: Entry[] = [];
  let last: string | undefined;
  for (const channel of channels.all) {
    if (channel.group !== last) {
      const members = channels.all.filter(({ group }) => group === channel.group);
      const count = members.reduce((sum, member) => sum + member.count, 0);
      list.push({ group: { name: channel.group, count }, channel: undefined });
      last = channel.group;
    }
    list.push({ group: undefined, channel });
  }
  return list;
}

function drawn({ group, channel }: Entry, session: Session, columns: number): Pieces {
  if (group) {
    const title = group.name === '' ? [words('no group')] : name(group.name);
    return [words('▼ ', { dim: true }), ...title, words(`: ${group.count}`, { dim: true })];
  }
  if (!channel) return [];
  const { id } = channel;
  const unread = session.channels.unreadOf(id);
  const isOpen = session.middle.shows(id);
  const isMarked = session.panels.focus === 'channels' && session.middle.markedChannel === id;
  const count = unread > 0 ? `+${unread}` : String(channel.count);
  const pieces = [
    words(isMarked ? '▸ ' : isOpen ? '▶ ' : '  '),
    ...fit(
      name(channel.name, { bold: unread > 0 || isOpen }),
      columns - 2 - countColumns - (channel.open > 0 ? 2 : 0),
    ),
    ...(channel.open > 0 ? [words(' ?', { color: 'magenta', bold: true })] : []),
    ...fit(
      [words(count, unread > 0 ? { bold: true, color: 'green' } : { dim: true })],
      countColumns,
      'right',
    ),
  ];
  return isMarked
    ? pieces.map((piece) => ({ ...piece, color: undefined, dim: false, inverse: true }))
    : pieces;
}

/** The same on one line, for narrow screens: the open channel, and those around it that fit. */
export function channelTabs(session: Session, columns: number): ReactNode {
  const { channels, middle } = session;
  const at = Math.max(
    0,
    channels.all.findIndex(({ id }) => id === middle.markedChannel),
  );
  const tabs = channels.all.map((channel) => tab(channel, session));
  let [from, to] = [at, at];
  let used = widthOf(tabs[at] ?? []);
  const room = columns - 4;
  // In turn to the right and to the left, as far as there is room.
  for (let grew = true; grew;) {
    grew = false;
    for (const next of [to + 1, from - 1]) {
      const more = widthOf(tabs[next] ?? []);
      if (!tabs[next] || used + more > room) continue;
      used += more;
      [from, to] = [Math.min(from, next), Math.max(to, next)];
      grew = true;
    }
  }
  const pieces = [
    words(from > 0 ? '◂ ' : '  ', { dim: true }),
    ...tabs.slice(from, to + 1).flat(),
    words(to < tabs.length - 1 ? ' ▸' : '', { dim: true }),
  ];
  return row(
    'tabs',
    channels.all.length === 0
      ? [words(channels.known ? '  no channels: n makes one' : '', { dim: true })]
      : pieces,
    columns,
  );
}

function tab(channel: Channel, session: Session): Piece[] {
  const isOpen = session.middle.markedChannel === channel.id;
  const unread = session.channels.unreadOf(channel.id);
  const label = [
    ...name(channel.id, { bold: isOpen || unread > 0 }),
    ...(unread > 0 ? [words(` +${unread}`, { bold: true, color: 'green' })] : []),
  ];
  const focused = session.panels.focus === 'channels';
  if (!isOpen) return [words(' '), ...label, words(' ')];
  return [
    words(focused ? '▸' : '['),
    ...label.map((piece) => ({ ...piece, inverse: focused })),
    words(focused ? '◂' : ']'),
  ];
}
