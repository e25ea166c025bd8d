import type { ReceiptsResponse } from '../../../src-shared/api/consumers.ts';
import { BridgeError } from '../../../src-shared/bridge-error.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';
import { toRecord, type MessageRecord } from '../../../src-shared/message-record.ts';
import { Budget, fromOrigin, toSeconds } from './rendering.ts';

type Receipts = ReceiptsResponse['receipts'];

/** A message in both renderings of an answer. */
export interface Entry {
  record: MessageRecord & { receipts?: Receipts };
  text: string;
}

/** Receipts shown of one message; it must fit into an answer together with them. */
const maxReceipts = 50;

export interface EntryOptions {
  resultBytes: number;
  /** Where the receipts of a message come from, if the caller wants them. */
  receiptsOf?: ((id: string) => Promise<ReceiptsResponse>) | undefined;
}

/** The first messages as far as they fit, but at least one: a reader that cannot get past a message is stuck. */
export async function entriesThatFit(
  messages: readonly StoredMessage[],
  { resultBytes, receiptsOf }: EntryOptions,
): Promise<Entry[]> {
  const budget = new Budget(resultBytes);
  const entries: Entry[] = [];
  for (const message of messages) {
    const entry = await toEntry(message, receiptsOf);
    if (!budget.take(entry.record, entry.text) && entries.length > 0) break;
    entries.push(entry);
  }
  return entries;
}

async function toEntry(message: StoredMessage, receiptsOf: EntryOptions['receiptsOf']): Promise<Entry> {
  const { seq, sender, timestamp, id, content, origin } = message;
  const record = toRecord(message);
  const text = `━━ [${seq}] ${sender} @ ${toSeconds(timestamp)} (id: ${id})${fromOrigin(origin)}\n${content}`;
  if (!receiptsOf) return { record, text };
  const receipts = await readReceipts(receiptsOf, message);
  return { record: { ...record, receipts }, text: `${text}\n${receiptLines(receipts)}` };
}

/** A message may be cleared between its page and its receipts; then there are none. */
async function readReceipts(
  receiptsOf: NonNullable<EntryOptions['receiptsOf']>,
  { id }: StoredMessage,
): Promise<Receipts> {
  try {
    return (await receiptsOf(id)).receipts.slice(0, maxReceipts);
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'not_found') return [];
    throw error;
  }
}

function receiptLines(receipts: Receipts): string {
  if (receipts.length === 0) return '  receipts: none';
  return receipts
    .map(({ consumer_id, read_at, acked_at }) => {
      const facts = [];
      if (read_at !== null) facts.push(`read ${toSeconds(read_at)}`);
      if (acked_at !== null) facts.push(`acknowledged ${toSeconds(acked_at)}`);
      return `  receipt: ${consumer_id} ${facts.join(', ')}`;
    })
    .join('\n');
}
