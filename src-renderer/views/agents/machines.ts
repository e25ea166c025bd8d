import type { AgentBody } from '../../../src-shared/api/agents.ts';
import type { ConsumerBody } from '../../../src-shared/api/consumers.ts';

/** An agent as the view shows it: who is here, and what it has read of each channel that it follows. */
export interface Agent {
  name: string;
  /** Undefined for one that was not heard from lately, of which only its positions are left. */
  presence: AgentBody | undefined;
  /** The one whose oldest unread message waits longest is first. */
  consumers: readonly ConsumerBody[];
  lastSeen: string;
  unread: number;
  unreadMore: boolean;
  oldestUnreadAt: string | undefined;
  stuck: boolean;
}

/** Agents that share a credential and an address. */
export interface Machine {
  key: string;
  /** How messages and the audit log name it; undefined for agents that are not here now. */
  label: string | undefined;
  address: string | undefined;
  agents: readonly Agent[];
}

/** Who is here by machine, and behind them those who are not here and have left something behind. */
export function machines(present: readonly AgentBody[], consumers: readonly ConsumerBody[]): Machine[] {
  const byName = Map.groupBy(consumers, ({ consumer_id }) => consumer_id);
  const here = Map.groupBy(present, ({ principal, address }) => `${principal}\n${address ?? ''}`);
  const list = [...here].map(([key, agents]) => ({
    key,
    label: agents[0]?.principal,
    address: agents[0]?.address ?? undefined,
    agents: agents.map((agent) => toAgent(agent.name, agent, byName.get(agent.name) ?? [])).sort(byUrgency),
  }));
  const names = new Set(present.map(({ name }) => name));
  const away = [...byName]
    .filter(([name]) => !names.has(name))
    .map(([name, positions]) => toAgent(name, undefined, positions))
    .sort(byUrgency);
  const sorted = list.sort((a, b) => (a.key < b.key ? -1 : 1));
  return away.length === 0
    ? sorted
    : [...sorted, { key: 'away', label: undefined, address: undefined, agents: away }];
}

function toAgent(name: string, presence: AgentBody | undefined, consumers: readonly ConsumerBody[]): Agent {
  const sorted = [...consumers].sort((a, b) =>
    (a.oldest_unread_at ?? '9') < (b.oldest_unread_at ?? '9') ? -1 : 1,
  );
  const seen = [...consumers.map(({ last_seen }) => last_seen), presence?.last_seen ?? ''];
  return {
    name,
    presence,
    consumers: sorted,
    lastSeen: seen.reduce((latest, time) => (time > latest ? time : latest)),
    unread: consumers.reduce((sum, { unread }) => sum + unread, 0),
    unreadMore: consumers.some(({ unread_more }) => unread_more),
    oldestUnreadAt: sorted[0]?.oldest_unread_at ?? undefined,
    stuck: consumers.some(({ stuck }) => stuck),
  };
}

/** Those who are stuck first, then by name. */
function byUrgency(a: Agent, b: Agent): number {
  return Number(b.stuck) - Number(a.stuck) || (a.name < b.name ? -1 : 1);
}

/** How an agent talks to the relay, in words. */
export const transportNames: Readonly<Record<string, string>> = {
  http: 'JSON API',
  mcp: 'MCP over HTTP',
  sse: 'MCP over SSE',
  stdio: 'MCP over stdio',
  stream: 'Event stream',
};
