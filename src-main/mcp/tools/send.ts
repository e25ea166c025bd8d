import { parseSend, sendFields } from '../../../src-shared/api/sending.ts';
import { nameLimits } from '../../../src-shared/channel.ts';
import { maxMessageBytes } from '../../../src-shared/message.ts';
import type { SendOutcome } from '../../relay/sending.ts';
import { channelToWrite } from './arguments.ts';
import { envelopeSchema } from './envelope-schema.ts';
import { pausedInWords } from './paused.ts';
import { toSeconds } from './rendering.ts';
import { defineTool } from './tool.ts';

const { sender, content, message, idempotency_key } = sendFields.shape;

const input = sendFields.extend({
  channel: channelToWrite,
  sender: sender.meta({
    description:
      'Your own name, as others will see it, for example "demo:orchestrator". Keep it the same in every call.',
    minLength: 1,
    maxLength: nameLimits.sender,
  }),
  content: content.meta({
    description:
      `The message as text, at most ${maxMessageBytes} bytes of UTF-8. ` +
      'Give either content or message, not both.',
    minLength: 1,
  }),
  message: message.meta({
    ...envelopeSchema,
    description: 'The message with a type and its place in a conversation, instead of content.',
  }),
  idempotency_key: idempotency_key.meta({
    description:
      'A key of your own for this message. Repeating the send with the same key and payload stores it only once.',
    minLength: 1,
    maxLength: nameLimits.key,
  }),
});

export const bridgeSend = defineTool({
  name: 'bridge_send',
  title: 'Send message',
  description:
    'Send a message to a channel, durably, for agents on this or other machines.\n' +
    'Give it as content (text) or as message (with type, thread and recipient). The answer comes once the message is ' +
    'stored and says who listens to the channel at this moment, which does not mean that anybody has read it. It ' +
    'returns the id of the message, which is also a cursor: pass it to bridge_wait as since_id to wait for the ' +
    'reply. With an idempotency_key you can safely repeat a send of which you do not know whether it worked.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  right: 'send',
  input,
  async answer(request, { relay, actor }) {
    const outcome = await relay.send(parseSend(request), actor);
    const { id, seq, channel, sender, timestamp } = outcome.message;
    const { deduplicated, listening, paused, repeats } = outcome;
    return {
      text: toText(outcome),
      structured: {
        ...{ id, seq, channel, sender, timestamp, deduplicated, listening },
        ...(paused ? { paused } : {}),
        ...(repeats === undefined ? {} : { warning: 'identical_repeat' }),
      },
    };
  },
});

function toText({ message, deduplicated, listening, paused, repeats }: SendOutcome): string {
  const { id, seq, channel, timestamp } = message;
  const lines = [`✓ Sent to [${channel}]`, `  id: ${id}`, `  seq: ${seq}`, `  time: ${timestamp}`];
  if (deduplicated) lines.push('  deduplicated: true');
  lines.push(`  ${whoListens(listening)}`);
  if (paused) lines.push(`  paused: the message is stored, but ${pausedInWords}`);
  if (repeats !== undefined) {
    lines.push(
      `  warning: identical_repeat: you have sent the same ${repeats} times in a row. Are you in a loop?`,
    );
  }
  return lines.join('\n');
}

/** What is known at this moment and not a word more: nobody can tell yet whether the message is read. */
function whoListens({ waiting, streaming, consumers, nobody }: SendOutcome['listening']): string {
  if (nobody) {
    return 'listening: nobody that is known here. Nobody waits, streams or follows this channel as far as this process can see; the message stays until someone asks for it.';
  }
  const followers = consumers.map(
    ({ consumer_id, last_seen }) => `${consumer_id} (last seen ${toSeconds(last_seen)})`,
  );
  const following = followers.length === 0 ? '' : `; followed by ${followers.join(', ')}`;
  return `listening: ${waiting} waiting, ${streaming} streaming${following}`;
}
