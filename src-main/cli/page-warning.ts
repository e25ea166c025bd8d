import type { HistoryLost } from '../../src-shared/api/messages.ts';
import { CommandFailure } from './failure.ts';
import { counted } from './numbers.ts';
import { printWarnings } from './output.ts';

/** What a relay may say beside the messages of a page. */
interface Remarks {
  warning?: 'since_id_not_found' | 'paused' | null;
  history_lost?: HistoryLost;
}

let saidPaused = false;

/**
 * Tells the user what a relay remarks; that it is paused, once.
 * @throws CommandFailure `notFound` for a cursor that is gone: no messages would look like "nothing new"
 */
export function heedRemarks({ warning, history_lost: lost }: Remarks): void {
  const removed = lost && `at most ${counted(lost.removed, 'message')} were removed since ${lost.since}`;
  if (warning === 'since_id_not_found') {
    const sentence = 'the id is not known in this channel, or no longer';
    throw new CommandFailure('notFound', removed === undefined ? sentence : `${sentence}; ${removed}`);
  }
  if (removed !== undefined) printWarnings([removed]);
  if (warning === 'paused' && !saidPaused) {
    saidPaused = true;
    printWarnings(['the relay is paused: it stores what is sent and hands nothing out until it is resumed']);
  }
}
