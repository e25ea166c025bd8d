import * as z from 'zod';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { shorten } from '../../../src-shared/text.ts';
import type { Page } from '../../relay/page.ts';
import { afterChannel, wholeNumber } from './arguments.ts';
import { listChannels } from './channel-listing.ts';
import { toRecord, type MessageRecord } from '../../../src-shared/message-record.ts';
import { pausedInWords } from './paused.ts';
import { Budget, fromOrigin, toSeconds } from './rendering.ts';
import { listConsumers } from './consumer-listing.ts';
import { defineTool, readOnly } from './tool.ts';

const input = z.object({
  per_channel: wholeNumber({ min: 1, max: 50, usual: 5, says: 'Newest messages to show per channel' }),
  after: afterChannel,
});

export const bridgeStatus = defineTool({
  name: 'bridge_status',
  title: 'Cross-channel status',
  description:
    'Show the newest messages of every channel at a glance, what is open, and how far its readers are.\n' +
    'Use it to catch up; use bridge_receive to follow one channel. When the answer would get too long, the remaining ' +
    'channels are listed with their totals and without messages (messages_omitted). Open are tasks and questions ' +
    'without a result, answer or error in their thread. Consumers come with their position, what they have not read, ' +
    'and whether they are stuck: their oldest unread message waits for too long.',
  annotations: readOnly,
  right: 'read',
  input,
  async answer({ per_channel: perChannel, after }, call) {
    const { relay, actor, resultBytes } = call;
    const budget = new Budget(resultBytes);
    const open = await relay.finding.openCounts(actor);
    const { totals, entries, nextCursor } = await listChannels(
      call,
      { after, budget },
      ({ channel, count }) => {
        const questions = open.channels.get(channel);
        const record: ChannelRecord = {
          channel,
          total: count,
          open: questions?.count ?? 0,
          oldest_open_ts: questions?.oldestAt ?? null,
          messages: [],
          messages_omitted: false,
        };
        return { record, text: `${top(record)}\n${omitted}\n${bottom}` };
      },
    );
    const channels = new Set(entries.map(({ record }) => record.channel));
    const consumers = await listConsumers(call, { channels, budget });
    const read = (channel: string) => relay.receive({ channel, limit: perChannel }, actor);
    const pause = await relay.pausing.state();
    const boxes = pause
      ? [`Paused since ${toSeconds(pause.since)}: ${pausedInWords}`, ...holdBack(entries)]
      : await fillBoxes(entries, { read, budget });
    if (nextCursor !== null)
      boxes.push(`… more channels follow: call bridge_status with after=${nextCursor}`);
    if (consumers.text !== '') boxes.push(consumers.text);
    return {
      text: boxes.length === 0 ? 'No active channels.' : boxes.join('\n\n'),
      structured: {
        paused: pause !== undefined,
        channels: entries.map(({ record }) => record),
        consumers: consumers.records,
        consumers_omitted: consumers.omitted,
        total_channels: totals.channels,
        total_messages: totals.messages,
        open_questions: open.total,
        next_cursor: nextCursor,
        truncated:
          nextCursor !== null ||
          consumers.omitted > 0 ||
          entries.some(({ record }) => record.messages_omitted),
      },
    };
  },
});

interface ChannelRecord {
  channel: string;
  total: number;
  /** Tasks and questions that wait for their answer, and the time of the oldest. */
  open: number;
  oldest_open_ts: string | null;
  messages: MessageRecord[];
  messages_omitted: boolean;
}

/**
 * Gives each channel its newest messages as long as the budget lasts, and renders it. From the first message that
 * does not fit, nothing more is read from the store.
 */
async function fillBoxes(
  entries: { record: ChannelRecord }[],
  { read, budget }: { read: (channel: string) => Promise<Page>; budget: Budget },
): Promise<string[]> {
  const boxes: string[] = [];
  let exhausted = false;
  for (const { record } of entries) {
    const lines: string[] = [];
    if (!exhausted) {
      const { messages } = await read(record.channel);
      for (const message of messages.reverse()) {
        const messageRecord = toRecord(message);
        const text = toText(message);
        exhausted = !budget.take(messageRecord, text);
        if (exhausted) break;
        record.messages.unshift(messageRecord);
        lines.unshift(text);
      }
    }
    record.messages_omitted = exhausted;
    if (exhausted) lines.unshift(omitted);
    boxes.push([top(record), ...lines, bottom].join('\n'));
  }
  return boxes;
}

/** Channels as they are shown while no message is handed out. */
function holdBack(entries: { record: ChannelRecord }[]): string[] {
  return entries.map(({ record }) => {
    record.messages_omitted = true;
    return [top(record), heldBack, bottom].join('\n');
  });
}

const bottom = `└${'─'.repeat(40)}`;
const omitted = '│  (messages omitted: read them with bridge_receive)';
const heldBack = '│  (messages held back while the bridge is paused)';

function top({ channel, total, open, oldest_open_ts: since }: ChannelRecord): string {
  const waiting = since === null ? '' : `, ${open} open since ${toSeconds(since)}`;
  return `┌─ [${channel}] — ${total} total${waiting}`;
}

/** Code points of content that the text shows of each message (5.4). */
const previewLength = 120;

function toText({ seq, sender, timestamp, content, origin }: StoredMessage): string {
  const preview = shorten(content, previewLength).replace(/[\n\v\f\r\u0085\u2028\u2029]/g, ' ');
  return `│  [${seq}] ${sender} @ ${toSeconds(timestamp)}${fromOrigin(origin)}\n│  ${preview}`;
}
