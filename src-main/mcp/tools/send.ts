import * as z from 'zod';
import { sendRequest } from '../../../src-shared/api.ts';
import { nameLimits } from '../../../src-shared/channel.ts';
import { maxMessageBytes } from '../../../src-shared/message.ts';
import { channelToWrite } from './arguments.ts';
import { defineTool } from './tool.ts';

const input = z.object({
  channel: channelToWrite,
  sender: sendRequest.shape.sender.meta({
    description:
      'Your own name, as others will see it, for example "demo:orchestrator". Keep it the same in every call.',
    minLength: 1,
    maxLength: nameLimits.sender,
  }),
  content: sendRequest.shape.content.meta({
    description: `The message: plain text or JSON as text, at most ${maxMessageBytes} bytes of UTF-8.`,
    minLength: 1,
  }),
});

export const bridgeSend = defineTool({
  name: 'bridge_send',
  title: 'Send message',
  description:
    'Send a message to a channel, durably, for agents on this or other machines.\n' +
    'The answer comes once the message is stored; readers may fetch it now or days later. It returns the id of the ' +
    'message, which is also a cursor: pass it to bridge_receive as since_id to read only what comes after it. ' +
    'Agree on a channel with the other agent and name yourself in sender.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  right: 'send',
  input,
  async answer(request, { relay, actor }) {
    const { id, seq, channel, sender, timestamp } = await relay.send(request, actor);
    return {
      text: [`✓ Sent to [${channel}]`, `  id: ${id}`, `  seq: ${seq}`, `  time: ${timestamp}`].join('\n'),
      structured: { id, seq, channel, sender, timestamp, deduplicated: false },
    };
  },
});
