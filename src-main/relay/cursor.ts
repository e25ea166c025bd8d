import type { MessageStore } from '../store/message-store.ts';

/**
 * The `seq` below which everything lies before the message or event with this id; undefined if there is none in this
 * channel, or in any. An event comes after the message at its place, which then lies before it.
 */
export async function seqBefore(
  store: MessageStore,
  channel: string | undefined,
  id: string,
): Promise<number | undefined> {
  const position = await store.locate(channel, id);
  if (!position) return undefined;
  const isMessage = (await store.find(id)) !== undefined;
  return isMessage ? position.seq : position.seq + 1;
}
