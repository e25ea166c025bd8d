import type { ReactNode } from 'react';
import type { AgentBody } from '../../../../src-shared/api/agents.ts';
import { shortTime } from '../../../../src-shared/shown-time.ts';
import { counted } from '../../numbers.ts';
import type { Layout } from '../state/layout.ts';
import type { Session } from '../state/session.ts';
import { framed, inside } from './elements.ts';
import { senderLook } from './message-look.ts';
import { fit, line, name, words, type Pieces } from './pieces.ts';

interface Column {
  title: string;
  /** Share of the room, or columns. */
  width: number;
  cell: (agent: AgentBody, session: Session) => Pieces;
}

const nameColumn: Column = {
  title: 'NAME',
  width: 22,
  cell: ({ name: own }, session) => name(own, senderLook(session, own)),
};
const stateColumn: Column = { title: 'STATE', width: 12, cell: stateOf };
const seenColumn: Column = {
  title: 'LAST SEEN',
  width: 15,
  cell: ({ last_seen }, { utc }) => [
    words(shortTime(Date.parse(last_seen), Date.now(), utc ? 'UTC' : undefined)),
  ],
};
const unreadColumn: Column = {
  title: 'UNREAD',
  width: 8,
  cell: ({ unread, stuck }) =>
    stuck ? [words(`${unread} stuck`, { color: 'red', bold: true })] : [words(String(unread))],
};
const listensColumn: Column = {
  title: 'LISTENS TO',
  width: 30,
  cell: ({ waiting, streaming }) => line([...new Set([...waiting, ...streaming])].join(', ')),
};
const clientColumn: Column = {
  title: 'CLIENT',
  width: 26,
  cell: ({ client }) => (client ? name(`${client.name} ${client.version}`) : []),
};
const viaColumn: Column = {
  title: 'VIA',
  width: 40,
  cell: ({ transport, address, principal }) =>
    line([transport, address ?? '', principal].filter((part) => part !== '').join(' · '), { dim: true }),
};

const tables: Record<Layout['kind'], readonly Column[]> = {
  full: [nameColumn, stateColumn, seenColumn, unreadColumn, listensColumn, clientColumn, viaColumn],
  compact: [nameColumn, stateColumn, seenColumn, unreadColumn, listensColumn, clientColumn],
  narrow: [nameColumn, stateColumn, seenColumn, unreadColumn, listensColumn],
  tiny: [nameColumn],
};

/** Who is there, what they listen to, and what waits for them. */
export function agentsTable(session: Session, layout: Layout): ReactNode {
  const { columns, rows } = layout.messages;
  const room = inside({ columns, rows });
  const { agents } = session;
  const table = tables[layout.kind];
  const shown = agents.all.slice(agents.top, agents.top + room.rows - 1);
  const content: Pieces[] = [
    table.flatMap(({ title, width }) => fit([words(title, { dim: true })], width)),
    ...shown.map((agent) =>
      table.flatMap(({ width, cell }) => [...fit(cell(agent, session), width - 1), words(' ')]),
    ),
  ];
  const empty =
    agents.problem ?? (agents.askedAt === undefined ? 'Asking the relay …' : 'Nobody has been here yet.');
  return framed(
    {
      key: 'agents',
      title: [words('AGENTS', { bold: true }), words(` · ${counted(agents.all.length, 'agent')}`)],
      columns,
      rows,
      focused: session.panels.focus !== 'channels',
    },
    agents.all.length === 0 ? [[], line(empty, { dim: true })] : content,
  );
}

function stateOf({ waiting, streaming, stuck }: AgentBody): Pieces {
  if (stuck) return [words('! STUCK', { color: 'red', bold: true })];
  if (waiting.length > 0) return [words('● WAITING', { color: 'green', bold: true })];
  if (streaming.length > 0) return [words('● STREAMING', { color: 'green' })];
  return [words('○ away', { dim: true })];
}
