import * as z from 'zod';
import { channelToRead } from './arguments.ts';
import { defineTool } from './tool.ts';

export const bridgeClear = defineTool({
  name: 'bridge_clear',
  title: 'Clear channel',
  description:
    'Delete all messages of one channel, for everybody and for good.\n' +
    'Other channels are untouched. Cursors into the channel become stale.',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  right: 'clear',
  input: z.object({ channel: channelToRead }),
  async answer(request, { relay, actor }) {
    const { channel, cleared } = await relay.clear(request, actor);
    return { text: `Cleared ${cleared} message(s) from [${channel}]`, structured: { channel, cleared } };
  },
});
