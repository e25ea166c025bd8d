import { confirm } from './confirm.ts';
import { exitCode } from './exit-codes.ts';
import { counted } from './numbers.ts';
import type { Talk } from './talk.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

export interface ClearCommand extends ScreenOptions {
  channel: string;
  yes?: boolean;
}

/** `claude-bridge clear`: deletes the messages of a channel, after a question. */
export async function clearCommand(command: ClearCommand, talk: Talk): Promise<number> {
  const { channel, yes = false } = command;
  const screen = new Screen(command);
  if (!yes && !(await confirm(await question(channel, screen, talk), talk.signal))) {
    if (!screen.json) screen.print('nothing was deleted');
    return exitCode('fine');
  }
  const cleared = await talk.client.clear(channel, { signal: talk.signal });
  if (screen.json) screen.record(cleared);
  else screen.print(`deleted ${counted(cleared.cleared, 'message')} of [${screen.name(channel)}]`);
  return exitCode('fine');
}

async function question(channel: string, screen: Screen, { client, signal }: Talk): Promise<string> {
  const { channels } = await client.state({ signal });
  const messages = counted(channels.find(({ id }) => id === channel)?.count ?? 0, 'message');
  return `Delete ${messages} of [${screen.name(channel)}], for everybody and for good?`;
}
