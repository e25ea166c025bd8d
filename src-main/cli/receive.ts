import { exitCode } from './exit-codes.ts';
import { printWarnings } from './output.ts';
import { heedRemarks } from './page-warning.ts';
import type { Talk } from './talk.ts';
import { printMessage, recordOf } from './terminal/message.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

export interface ReceiveCommand extends ScreenOptions {
  channel: string;
  since?: string;
  before?: string;
  consumer?: string;
  limit?: number;
  open?: boolean;
  ack?: boolean;
}

/** `claude-bridge receive`: messages of a channel, oldest first. */
export async function receiveCommand(command: ReceiveCommand, { client, signal }: Talk): Promise<number> {
  const { channel, since, before, consumer, limit, open } = command;
  const screen = new Screen(command);
  const page = await client.messages(
    { channel, since_id: since, before_id: before, consumer_id: consumer, limit, open, full: true },
    { signal },
  );
  heedRemarks(page);
  for (const item of page.messages) printMessage(recordOf(channel, item), screen, { channel: false });
  if (page.truncated) printWarnings([`more follows: --since ${page.next_cursor ?? ''}`]);
  if (page.messages.length === 0 && !screen.json) screen.print(screen.style('dim', 'no messages'));
  await ackLast(page, command, { client, signal });
  return exitCode('fine');
}

/** Acknowledges what was printed, if that was asked for. */
export async function ackLast(
  { messages }: { messages: readonly { id: string }[] },
  { channel, consumer, ack }: { channel: string; consumer?: string; ack?: boolean },
  { client, signal }: Pick<Talk, 'client' | 'signal'>,
): Promise<void> {
  const last = messages.at(-1);
  if (ack !== true || consumer === undefined || !last) return;
  await client.ack({ channel, consumer_id: consumer, message_id: last.id }, { signal });
}
