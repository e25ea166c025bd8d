import { interpretContent } from '../../../../src-shared/encoding.ts';
import { isJsonObject } from '../../../../src-shared/json-object.ts';
import { codePoints } from '../../../../src-shared/text.ts';

/** What a message says about itself. */
export interface StatedFacts {
  type: string;
  /** Its `thread_id`, else its `correlation_id`. */
  thread: string | null;
  replyTo: string | null;
  recipient: string | null;
  /** Only structured messages ask and settle: others have no place in a conversation. */
  structured: boolean;
}

export interface Entry {
  /** What can be found by its words. */
  text: string;
  facts: StatedFacts | undefined;
}

/** Longest type of a JSON object that counts as one, in code points: the limit of structured messages. */
const maxType = 64;

/** What there is to index in the content of a message. */
export function entryOf(content: string): Entry {
  const reading = interpretContent(content);
  if (reading.json === undefined) return { text: content, facts: undefined };
  if (reading.encoding !== 'structured') {
    return { text: textOf(reading.json), facts: factsOfObject(reading.json) };
  }
  const { message } = reading;
  return {
    text: textOf(message.content),
    facts: {
      type: message.type,
      thread: message.thread_id ?? message.correlation_id ?? null,
      replyTo: message.reply_to ?? null,
      recipient: message.recipient ?? null,
      structured: true,
    },
  };
}

function factsOfObject(json: unknown): StatedFacts | undefined {
  const type = isJsonObject(json) ? json['type'] : undefined;
  if (typeof type !== 'string' || type === '' || codePoints(type) > maxType) return undefined;
  return { type, thread: null, replyTo: null, recipient: null, structured: false };
}

/** The texts and numbers in a JSON value, without its keys and punctuation. */
function textOf(json: unknown): string {
  const texts: string[] = [];
  collectTexts(json, texts);
  return texts.join('\n');
}

function collectTexts(json: unknown, texts: string[]): void {
  if (typeof json === 'string') texts.push(json);
  else if (typeof json === 'number') texts.push(String(json));
  else if (typeof json === 'object' && json !== null) {
    for (const member of Object.values(json)) collectTexts(member, texts);
  }
}

/** Scripts that put no spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** A quick look that tells most texts apart from those that need the slow one. */
const mayBeUnspaced = /[\u2e80-\uffff]/;

/**
 * `text` with spaces around each character of Chinese and Japanese: SQLite would take a whole run of them for one
 * word. As words of their own they are found like parts of a quotation.
 */
export function spaced(text: string): string {
  return mayBeUnspaced.test(text) ? text.replace(unspaced, ' $& ') : text;
}
