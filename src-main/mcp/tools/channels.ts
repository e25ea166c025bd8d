import * as z from 'zod';
import { afterChannel } from './arguments.ts';
import { listChannels } from './channel-listing.ts';
import { Budget, toSeconds } from './rendering.ts';
import { defineTool, readOnly } from './tool.ts';

const input = z.object({ after: afterChannel });

export const bridgeChannels = defineTool({
  name: 'bridge_channels',
  title: 'List channels',
  description:
    'List the channels that hold messages, with their counts and the time of the last message.\n' +
    'Use it to find out where there is something to read.',
  annotations: readOnly,
  right: 'read',
  input,
  async answer({ after }, call) {
    const budget = new Budget(call.resultBytes);
    const { totals, entries, nextCursor } = await listChannels(call, { after, budget }, (summary) => {
      const { channel, count, lastTimestamp, epoch } = summary;
      return {
        record: { channel, count, last_timestamp: lastTimestamp, epoch },
        text: `  • ${channel} (${count} msgs, last: ${toSeconds(lastTimestamp)})`,
      };
    });
    const lines = [`Active channels (${totals.channels}, ${totals.messages} total messages):`];
    lines.push(...entries.map(({ text }) => text));
    if (nextCursor !== null)
      lines.push(`… more channels follow: call bridge_channels with after=${nextCursor}`);
    return {
      text: totals.channels === 0 ? 'No active channels yet.' : lines.join('\n'),
      structured: {
        channels: entries.map(({ record }) => record),
        total_channels: totals.channels,
        total_messages: totals.messages,
        next_cursor: nextCursor,
        truncated: nextCursor !== null,
      },
    };
  },
});
