import { BridgeError } from '../../src-shared/bridge-error.ts';
import {
  exportFormat,
  exportVersion,
  type ExportedCursor,
  type ExportedMessage,
  type ExportLine,
} from '../../src-shared/export-line.ts';
import { isJsonObject } from '../../src-shared/json-object.ts';
import { parseJson, type StoredMessage } from '../../src-shared/message.ts';
import { formatTimestamp } from '../../src-shared/time.ts';
import { zonedTimeFault } from '../../src-shared/zoned-time.ts';
import type { ConsumerPosition } from '../store/consumers.ts';
import type { MessageStore } from '../store/message-store.ts';

export interface ExportQuery {
  /** The channels to export; undefined for all. */
  channels: readonly string[] | undefined;
  /** A message or event, or a time (ISO 8601): only what came after it, resp. from then on. */
  since: string | undefined;
}

/** Messages read at a time. */
const pageRows = 64;

/** Where an export begins. */
interface Beginning {
  seq: number;
  timestamp: string;
}

/**
 * The lines of an export, up to what is committed at this moment. They are read as they are taken.
 * @throws BridgeError `not_found` for an unknown `since`, `invalid_format`, `timezone_required`
 */
export async function exportLines(
  store: MessageStore,
  { channels, since }: ExportQuery,
): Promise<AsyncGenerator<ExportLine>> {
  const beginning = await beginningOf(store, since);
  const wanted = channels && new Set(channels);
  const exported_at = formatTimestamp(Date.now());
  const upToSeq = store.head().seq;
  return (async function* () {
    yield {
      kind: 'header',
      format: exportFormat,
      version: exportVersion,
      exported_at,
      channels: channels ? [...channels] : null,
      since: since ?? null,
    };
    let messages = 0;
    let firstSeq = upToSeq + 1;
    for await (const message of messagesOf(store, { wanted, beginning, upToSeq })) {
      if (messages++ === 0) firstSeq = message.seq;
      yield toMessage(message);
    }
    let cursors = 0;
    // By messages of this export: the others need not be where it is taken over.
    for (const position of await store.positions({ afterSeq: firstSeq - 1, upToSeq })) {
      if (wanted && !wanted.has(position.channel)) continue;
      cursors++;
      yield toCursor(position);
    }
    yield { kind: 'end', messages, cursors };
  })();
}

async function beginningOf(store: MessageStore, since: string | undefined): Promise<Beginning> {
  if (since === undefined) return { seq: 0, timestamp: '' };
  if (/^\d{4}-\d\d-\d\d/.test(since)) return { seq: 0, timestamp: timeOf(since) };
  const position = await store.locate(undefined, since);
  if (!position) throw new BridgeError('not_found', 'since names no message or event', { field: 'since' });
  return { seq: position.seq, timestamp: '' };
}

function timeOf(text: string): string {
  const fault = zonedTimeFault(text);
  if (fault) throw new BridgeError(fault.code, `since ${fault.says}`, { field: 'since' });
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new BridgeError('invalid_format', 'since is in a form of ISO 8601 that is not read here', {
      field: 'since',
    });
  }
  return formatTimestamp(time);
}

/** In the order of the log. One channel is read by its index; for several everything is looked through. */
async function* messagesOf(
  store: MessageStore,
  { wanted, beginning, upToSeq }: { wanted: Set<string> | undefined; beginning: Beginning; upToSeq: number },
): AsyncGenerator<StoredMessage> {
  const [channel] = wanted?.size === 1 ? wanted : [];
  let { seq } = beginning;
  for (;;) {
    const page = await store.after(channel, seq, pageRows);
    for (const message of page) {
      if (message.seq > upToSeq) return;
      if (wanted && !wanted.has(message.channel)) continue;
      if (message.timestamp >= beginning.timestamp) yield message;
    }
    const last = page.at(-1);
    if (!last || page.length < pageRows) return;
    seq = last.seq;
    // Pages of which nothing is wanted must not hold the event loop.
    await new Promise(setImmediate);
  }
}

function toMessage(message: StoredMessage): ExportedMessage {
  return { kind: 'message', ...message };
}

function toCursor(position: ConsumerPosition): ExportedCursor {
  const cursor: ExportedCursor = {
    kind: 'cursor',
    consumer_id: position.consumer,
    channel: position.channel,
    acked_id: position.ackedId,
    acked_at: position.ackedAt,
    read_id: position.readId,
    last_seen: position.lastSeen,
  };
  const metadata = position.metadata === null ? undefined : parseJson(position.metadata);
  if (isJsonObject(metadata) && Object.keys(metadata).length > 0) cursor.metadata = metadata;
  return cursor;
}
