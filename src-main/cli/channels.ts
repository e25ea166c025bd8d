import type { ChannelState } from '../../src-shared/api/state.ts';
import { exitCode } from './exit-codes.ts';
import { counted } from './numbers.ts';
import type { Talk } from './talk.ts';
import { printList } from './terminal/list.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

/** `claude-bridge channels`: what there is to read. */
export async function channelsCommand(options: ScreenOptions, { client, signal }: Talk): Promise<number> {
  const screen = new Screen(options);
  const { channels, total_messages } = await client.state({ signal });
  const row = (channel: ChannelState) => rowOf(channel, screen);
  const total = `${counted(channels.length, 'channel')}, ${counted(total_messages, 'message')}`;
  printList(channels, { columns, row, total }, screen);
  return exitCode('fine');
}

function rowOf({ id, count, last_ts_full, open, senders }: ChannelState, screen: Screen): string[] {
  return [
    screen.style('bold', screen.name(id)),
    String(count),
    screen.time(last_ts_full),
    open > 0 ? screen.style('yellow', String(open)) : '',
    senders.map((sender) => screen.name(sender)).join(', '),
  ];
}

const columns = [
  { title: 'channel', flexible: true },
  { title: 'messages', align: 'right' },
  { title: 'last' },
  { title: 'open', align: 'right' },
  { title: 'senders', flexible: true },
] as const;
