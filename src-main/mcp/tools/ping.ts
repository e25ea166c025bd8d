import * as z from 'zod';
import { accessInWords } from '../../../src-shared/access.ts';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { pausedInWords } from './paused.ts';
import { Budget, toSeconds } from './rendering.ts';
import { defineTool, readOnly } from './tool.ts';

export const bridgePing = defineTool({
  name: 'bridge_ping',
  title: 'Ping bridge',
  description:
    'Check that the bridge is alive, and see who you are to it.\n' +
    'Returns the number of channels and messages, the time and version of the bridge, the name of your access and ' +
    'what it allows, the agents heard from in the last minutes by the names they use, and how many wait or stream at ' +
    'this moment.',
  annotations: readOnly,
  right: 'authenticated',
  input: z.object({}),
  async answer(_input, { relay, version, principal, actor, client, resultBytes }) {
    const { channels, messages } = await relay.totals(actor);
    const time = formatTimestamp(Date.now());
    const { kind, label, rights } = principal;
    const { waiting, subscribers: streaming } = relay;
    const present = relay.presence.list(actor);
    const agents = namesThatFit(present, resultBytes);
    const pause = await relay.pausing.state();
    const lines = [
      '✓ Claude Bridge online',
      `Channels: ${channels}`,
      `Messages: ${messages}`,
      `Server time: ${toSeconds(time)}`,
      `Version: ${version}`,
      `You are: ${label} (${kind})`,
      `Your rights: ${accessInWords(rights.access)}`,
    ];
    if (client) lines.push(`Client: ${client.name} ${client.version}`);
    const names = agents.length === 0 ? '' : ` (${agents.join(', ')})`;
    lines.push(`Agents present: ${present.length}${names}`);
    lines.push(`Waiting: ${waiting}, streaming: ${streaming}`);
    if (pause) lines.push(`Paused since ${toSeconds(pause.since)}: ${pausedInWords}`);
    return {
      text: lines.join('\n'),
      structured: {
        service: 'claude-bridge',
        version,
        channels,
        messages,
        server_time: time,
        principal: { kind, label, ...rights.access },
        client: client ? { name: client.name, version: client.version } : null,
        agents_present: present.length,
        agents,
        waiting,
        streaming,
        paused: pause !== undefined,
      },
    };
  },
});

/** The names heard from most recently, each once, as far as the answer reaches. */
function namesThatFit(agents: readonly { name: string }[], resultBytes: number): string[] {
  const budget = new Budget(resultBytes);
  const names: string[] = [];
  for (const name of new Set(agents.map((agent) => agent.name))) {
    if (!budget.take(name)) break;
    names.push(name);
  }
  return names;
}
