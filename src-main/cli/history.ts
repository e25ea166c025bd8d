import type { ApiClient } from '../../src-shared/client/api-client.ts';
import type { MessageItem } from '../../src-shared/api/messages.ts';
import type { MessageRecord } from '../../src-shared/message-record.ts';
import { heedRemarks } from './page-warning.ts';
import { recordOf } from './terminal/message.ts';

export interface HistoryQuery {
  /** None for all. */
  channels: readonly string[];
  /** Only messages behind this position. */
  afterSeq: number;
  /** The newest so many. */
  most: number;
  signal: AbortSignal;
}

/** Messages of one page; the relay gives no more than 500. */
const pageLimit = 500;

/** The newest messages of several channels in the order of the relay. */
export async function newestMessages(client: ApiClient, query: HistoryQuery): Promise<MessageRecord[]> {
  const { channels, most, signal } = query;
  const names = channels.length > 0 ? new Set(channels) : await newestChannels(client, query);
  const records: MessageRecord[] = [];
  for (const channel of names) {
    const items = await newestOf(channel, client, query);
    records.push(...items.map((item) => recordOf(channel, item)));
    signal.throwIfAborted();
  }
  return records.sort((a, b) => a.seq - b.seq).slice(-most);
}

/** The channels that may hold the newest messages: of `most` messages, at most so many. */
async function newestChannels(client: ApiClient, { most, signal }: HistoryQuery): Promise<string[]> {
  const { channels } = await client.state({ signal });
  return channels
    .toSorted((a, b) => (a.last_ts_full < b.last_ts_full ? 1 : -1))
    .slice(0, most)
    .map(({ id }) => id);
}

async function newestOf(
  channel: string,
  client: ApiClient,
  { afterSeq, most, signal }: HistoryQuery,
): Promise<MessageItem[]> {
  const limit = Math.min(most, pageLimit);
  let page = await client.messages({ channel, limit, full: true }, { signal });
  heedRemarks(page);
  const items = page.messages;
  // A page that is cut for its size lacks its newest messages.
  while (page.truncated) {
    const since = page.next_cursor ?? undefined;
    page = await client.messages({ channel, since_id: since, limit, full: true }, { signal });
    items.push(...page.messages);
  }
  for (let [oldest] = items; oldest && oldest.seq > afterSeq && items.length < most; [oldest] = items) {
    const { messages } = await client.messages(
      { channel, before_id: oldest.id, limit: pageLimit, full: true },
      { signal },
    );
    if (messages.length === 0) break;
    items.unshift(...messages);
  }
  return items.filter(({ seq }) => seq > afterSeq);
}
