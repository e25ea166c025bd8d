import { counted } from './numbers.ts';
import { exitCode } from './exit-codes.ts';
import type { Talk } from './talk.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';
import { table } from './terminal/table.ts';

/** `claude-bridge channels`: what there is to read. */
export async function channelsCommand(options: ScreenOptions, { client, signal }: Talk): Promise<number> {
  const screen = new Screen(options);
  const { channels, total_messages } = await client.state({ signal });
  if (screen.json) {
    for (const channel of channels) screen.record(channel);
    return exitCode('fine');
  }
  if (channels.length > 0) {
    const rows = channels.map(({ id, count, last_ts_full, open, senders }) => [
      screen.style('bold', screen.name(id)),
      String(count),
      screen.time(last_ts_full),
      open > 0 ? screen.style('yellow', String(open)) : '',
      senders.map((sender) => screen.name(sender)).join(', '),
    ]);
    screen.print(table(columns, rows, screen));
  }
  screen.print(
    screen.style('dim', `${counted(channels.length, 'channel')}, ${counted(total_messages, 'message')}`),
  );
  return exitCode('fine');
}

const columns = [
  { title: 'channel', flexible: true },
  { title: 'messages', align: 'right' },
  { title: 'last' },
  { title: 'open', align: 'right' },
  { title: 'senders', flexible: true },
] as const;
