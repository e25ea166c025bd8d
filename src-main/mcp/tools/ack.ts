import { ackRequest } from '../../../src-shared/api/consumers.ts';
import { nameLimits } from '../../../src-shared/channel.ts';
import { channelToWrite } from './arguments.ts';
import { defineTool } from './tool.ts';

const { consumer_id, message_id, metadata } = ackRequest.shape;

const input = ackRequest.extend({
  channel: channelToWrite,
  consumer_id: consumer_id.meta({
    description: 'Your own name as a reader, the same as in bridge_receive and bridge_wait.',
    minLength: 1,
    maxLength: nameLimits.consumer,
  }),
  message_id: message_id.meta({
    description: 'Id of the newest message that you are done with. It covers all before it.',
    minLength: 1,
    maxLength: nameLimits.messageId,
  }),
  metadata: metadata.meta({
    description: 'Anything you want to keep beside your position, as a JSON object.',
    type: 'object',
  }),
});

export const bridgeAck = defineTool({
  name: 'bridge_ack',
  title: 'Acknowledge messages',
  description:
    'Say that you are done with a message of a channel and all before it.\n' +
    'Your position as a consumer moves forward durably, never back, and bridge_receive and bridge_wait with your ' +
    'consumer_id go on behind it. Acknowledge after you have processed a message, not before: what you have not ' +
    'acknowledged, you get again. Senders can see it.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  right: 'read',
  input,
  async answer(request, { relay, actor }) {
    const outcome = await relay.consumers.ack(request, actor);
    const { consumer_id: consumer, channel, last_seq: seq, last_message_id: id, advanced } = outcome;
    const position = `${id ?? 'no message'} in [${channel}] (seq: ${seq})`;
    return {
      text: advanced
        ? `✓ [${consumer}] acknowledged up to ${position}`
        : `✓ [${consumer}] had already acknowledged up to ${position}`,
      structured: { ...outcome },
    };
  },
});
