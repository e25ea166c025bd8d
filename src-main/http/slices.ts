import type { StoredMessage } from '../../src-shared/message.ts';

/** Content that is looked into before others get their turn on the event loop, in characters. */
const sliceCharacters = 262_144;

/** What `convert` makes of each message: a page may hold megabytes of JSON, which takes its time to parse. */
export async function mapInSlices<T>(
  messages: readonly StoredMessage[],
  convert: (message: StoredMessage) => T,
): Promise<T[]> {
  const converted: T[] = [];
  let characters = 0;
  for (const message of messages) {
    characters += message.content.length;
    if (characters > sliceCharacters && converted.length > 0) {
      characters = message.content.length;
      await new Promise(setImmediate);
    }
    converted.push(convert(message));
  }
  return converted;
}
