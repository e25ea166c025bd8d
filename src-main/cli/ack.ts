import { exitCode } from './exit-codes.ts';
import type { Talk } from './talk.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

export interface AckCommand extends ScreenOptions {
  channel: string;
  message: string;
  consumer: string;
}

/** `claude-bridge ack`: says that a consumer is done with a message and all before it. */
export async function ackCommand(command: AckCommand, { client, signal }: Talk): Promise<number> {
  const { channel, message, consumer } = command;
  const screen = new Screen(command);
  const acked = await client.ack({ channel, consumer_id: consumer, message_id: message }, { signal });
  if (screen.json) {
    screen.record(acked);
  } else {
    const did = acked.advanced ? 'acknowledged up to' : 'had already acknowledged up to';
    screen.print(
      `${screen.name(consumer)} ${did} ${screen.name(acked.last_message_id ?? 'nothing')} in [${screen.name(channel)}]`,
    );
  }
  return exitCode('fine');
}
