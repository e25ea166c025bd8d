import { exitCode } from './exit-codes.ts';
import { printWarnings } from './output.ts';
import { heedRemarks } from './page-warning.ts';
import type { Talk } from './talk.ts';
import { printMessage, recordOf } from './terminal/message.ts';
import { Screen, type ScreenOptions } from './terminal/screen.ts';

export interface SearchCommand extends ScreenOptions {
  words: string[];
  channel?: string;
  sender?: string;
  type?: string;
  before?: string;
  limit?: number;
}

/** Code points of each message that a person is shown. */
const shownLength = 300;

/** `claude-bridge search`: messages by their words, newest first. */
export async function searchCommand(command: SearchCommand, { client, signal }: Talk): Promise<number> {
  const { words, channel, sender, type, before, limit } = command;
  const screen = new Screen(command);
  const q = words.length > 0 ? words.join(' ') : undefined;
  const query = { q, channel, sender, type, before_id: before, limit, full: true };
  const answer = await client.search(query, { signal });
  heedRemarks(answer);
  const { results, next_before, index_behind } = answer;
  for (const item of results)
    printMessage(recordOf(item.channel, item), screen, { channel: true, longest: shownLength });
  if (!screen.json) {
    const more = next_before === null ? '' : `more: --before ${screen.name(next_before)}`;
    screen.print(screen.style('dim', results.length === 0 ? 'nothing found' : more));
  }
  if (index_behind !== undefined)
    printWarnings([`the newest ${index_behind} messages are not in the index yet`]);
  return exitCode('fine');
}
