import type { ReadRange } from '../../../src-main/store/consumers.ts';
import type { MessageStore } from '../../../src-main/store/message-store.ts';
import { payloadDigests } from '../../../src-main/relay/payload-digest.ts';
import type { StoredMessage } from '../../../src-shared/message.ts';

/** A message of alice to the room that may be sent again under its key. */
export function keyed(content: string, key: string) {
  const { v2, v1 } = payloadDigests(content);
  return { channel: 'room', sender: 'alice', content, idempotency: { key, digest: v2, alsoDigests: [v1] } };
}

/** Appends so many messages to a channel, one transaction or several, and returns them. */
export async function fill(
  store: MessageStore,
  count: number,
  { channel = 'room', sender = 'alice' } = {},
): Promise<StoredMessage[]> {
  const appended = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      store.append({ channel, sender, content: `message ${index} of ${channel}` }),
    ),
  );
  return appended.map(({ message }) => message);
}

/** The message at an index, which is there. */
export function at(messages: readonly StoredMessage[], index: number): StoredMessage {
  const message = messages.at(index);
  if (!message) throw new Error(`there is no message ${index}`);
  return message;
}

/** From one message to another, as bob has read them. */
export function rangeOf(first: StoredMessage, last = first, consumer = 'bob'): ReadRange {
  return { consumer, channel: first.channel, firstSeq: first.seq, lastSeq: last.seq };
}

export function ack(store: MessageStore, message: StoredMessage, consumer = 'bob', metadata?: string) {
  return store.acknowledge({ consumer, channel: message.channel, messageId: message.id, metadata });
}

/** Who has read and who has acked a message. */
export async function receiptsOf(store: MessageStore, message: StoredMessage) {
  const receipts = await store.receipts(message);
  return {
    read: receipts.filter(({ readAt }) => readAt !== null).map(({ consumer }) => consumer),
    acked: receipts.filter(({ ackedAt }) => ackedAt !== null).map(({ consumer }) => consumer),
  };
}

/** What is known of bob in the room. */
export async function stateOf(store: MessageStore, consumer = 'bob', channel = 'room') {
  const [state] = await store.consumers({ consumer, channel });
  return state;
}
