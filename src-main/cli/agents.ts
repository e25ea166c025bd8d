import type { AgentBody } from '../../src-shared/api/agents.ts';
import { exitCode } from './exit-codes.ts';
import { counted } from './numbers.ts';
import type { Talk } from './talk.ts';
import { printList } from './terminal/list.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

/** `claude-bridge agents`: who is there. */
export async function agentsCommand(options: ScreenOptions, { client, signal }: Talk): Promise<number> {
  const screen = new Screen(options);
  const { agents } = await client.agents({ signal });
  const row = (agent: AgentBody) => rowOf(agent, screen);
  printList(agents, { columns, row, total: counted(agents.length, 'agent') }, screen);
  return exitCode('fine');
}

function rowOf(agent: AgentBody, screen: Screen): string[] {
  return [
    screen.style('bold', screen.name(agent.name)),
    agent.client ? screen.name(`${agent.client.name} ${agent.client.version}`) : '',
    `${agent.transport}${agent.address === null ? '' : ` ${agent.address}`}`,
    screen.time(agent.last_seen),
    names(agent.waiting, screen),
    names(agent.streaming, screen),
    `${agent.unread}${agent.stuck ? screen.style('red', ' stuck') : ''}`,
  ];
}

function names(channels: readonly string[], screen: Screen): string {
  return channels.map((channel) => screen.name(channel)).join(', ');
}

const columns = [
  { title: 'name', flexible: true },
  { title: 'client', flexible: true },
  { title: 'via', flexible: true },
  { title: 'last seen' },
  { title: 'waits for', flexible: true },
  { title: 'streams', flexible: true },
  { title: 'unread', align: 'right' },
] as const;
