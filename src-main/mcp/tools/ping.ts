import * as z from 'zod';
import { formatTimestamp } from '../../../src-shared/time.ts';
import { toSeconds } from './rendering.ts';
import { defineTool, readOnly } from './tool.ts';

export const bridgePing = defineTool({
  name: 'bridge_ping',
  title: 'Ping bridge',
  description:
    'Check that the bridge is alive, and see who you are to it.\n' +
    'Returns the number of channels and messages, the time and version of the bridge, and the name your access has.',
  annotations: readOnly,
  right: 'read',
  input: z.object({}),
  async answer(_input, { relay, version, principal, client }) {
    const { channels, messages } = await relay.totals();
    const time = formatTimestamp(Date.now());
    const { kind, label } = principal;
    const lines = [
      '✓ Claude Bridge online',
      `Channels: ${channels}`,
      `Messages: ${messages}`,
      `Server time: ${toSeconds(time)}`,
      `Version: ${version}`,
      `You are: ${label} (${kind})`,
    ];
    if (client) lines.push(`Client: ${client.name} ${client.version}`);
    return {
      text: lines.join('\n'),
      structured: {
        service: 'claude-bridge',
        version,
        channels,
        messages,
        server_time: time,
        principal: { kind, label },
        client: client ? { name: client.name, version: client.version } : null,
      },
    };
  },
});
